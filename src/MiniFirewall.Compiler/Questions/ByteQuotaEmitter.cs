using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Takes a packet's length from what is left.</summary>
internal static class ByteQuotaEmitter
{
    private const Register Length = Register.R7, Fits = Register.R8, Left = Register.R1;

    internal static void Emit(ByteQuota question, QuestionFunction function)
    {
        Assembler code = function.Code;
        StateCell.EmitFind(function);
        code.Load(MemorySize.Word, Length, QuestionFunction.Key, PacketKey.PacketLength);
        StateCell.EmitChange(function, () =>
        {
            Label ends = code.DefineLabel("ends");
            code.Move(Fits, 0);
            code.Move(Left, 0);
            code.Jump(JumpCondition.Less, Register.R0, Length, ends);
            code.Move(Left, Register.R0);
            code.Alu(AluOperation.Subtract, Left, Length);
            code.Move(Fits, 1);
            code.Mark(ends);
        });
        code.Jump(JumpCondition.NotEqual, Fits, 0, function.Yes);
        code.Jump(function.No);
    }
}
