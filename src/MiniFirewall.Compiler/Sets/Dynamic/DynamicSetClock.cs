using MiniFirewall.Asm;
using MiniFirewall.Compiler.Questions;

namespace MiniFirewall.Compiler.Sets.Dynamic;

/// <summary>The kernel's ticks as elements' times are compared with.</summary>
internal static class DynamicSetClock
{
    /// <summary>R0 = jiffies. Loses R1 to R5.</summary>
    internal static void EmitRead(QuestionFunction function)
    {
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.DoubleWord, Register.R0, TestInputLayout.Jiffies);
        }
        else
        {
            function.Code.Call(Helper.Jiffies64);
        }
    }

    /// <summary>Keeps jiffies on the stack. Loses R0 to R5.</summary>
    internal static void Emit(QuestionFunction function, int stack)
    {
        EmitRead(function);
        function.Code.Store(MemorySize.DoubleWord, Register.R10, stack, Register.R0);
    }

    /// <summary>Goes to the label where R1 is before the time that the stack has (time_is_before_jiffies). Loses R2.</summary>
    internal static void EmitJumpIfOver(Assembler code, int stack, Label over)
    {
        code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, stack);
        code.Alu(AluOperation.Subtract, Register.R2, Register.R1);
        code.Jump(JumpCondition.SignedGreater, Register.R2, 0, over);
    }
}
