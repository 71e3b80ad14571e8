using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Counts up to a number, and from 0 again.</summary>
internal static class EveryNthEmitter
{
    internal static void Emit(EveryNth question, QuestionFunction function)
    {
        Assembler code = function.Code;
        StateCell.EmitFind(function);
        StateCell.EmitLoad(code, Register.R8, StateCell.First);
        StateCell.EmitChange(function, () =>
        {
            Label counted = code.DefineLabel("counted");
            code.Move(Register.R1, 0);
            code.Jump(JumpCondition.Equal, Register.R0, Register.R8, counted);
            code.Move(Register.R1, Register.R0);
            code.Alu(AluOperation.Add, Register.R1, 1);
            code.Mark(counted);
        });
        code.Jump(JumpCondition.Equal, Register.R1, 0, function.Yes);
        code.Jump(function.No);
    }
}
