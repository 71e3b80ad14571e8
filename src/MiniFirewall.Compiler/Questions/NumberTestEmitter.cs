using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Tests a number that is known from the rule against one of the packet.</summary>
internal static class NumberTestEmitter
{
    /// <summary>Goes to <paramref name="fails"/> where the test does not hold for the register's number, of 32 bits at most. Loses R4.</summary>
    internal static void Emit(Assembler code, Register number, NumberTest test, Label fails)
    {
        Label outside = code.DefineLabel("outside");
        code.LoadConstant(Register.R4, test.Low);
        code.Jump(JumpCondition.Less, number, Register.R4, test.Negated ? outside : fails);
        code.LoadConstant(Register.R4, test.High);
        code.Jump(test.Negated ? JumpCondition.LessOrEqual : JumpCondition.Greater, number, Register.R4, fails);
        code.Mark(outside);
    }
}
