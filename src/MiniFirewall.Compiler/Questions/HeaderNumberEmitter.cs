using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for a number of a header.</summary>
internal static class HeaderNumberEmitter
{
    private const int Number = QuestionFunction.StackTop - 8;
    private const Register Offset = Register.R9;

    internal static void Emit(HeaderNumber question, QuestionFunction function)
    {
        Assembler code = function.Code;
        EmitOffset(question, function);
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Number, 0);
        function.EmitOpen();
        function.EmitRead(Number, question.Bytes, Offset, function.No);
        MemorySize size = question.Bytes switch { 1 => MemorySize.Byte, 2 => MemorySize.Half, _ => MemorySize.Word };
        code.Load(size, Register.R1, Register.R10, Number);
        if (question.Bytes > 1)
        {
            code.ToBigEndian(Register.R1, question.Bytes * 8);
        }

        code.LoadConstant(Register.R2, question.Mask);
        code.Alu(AluOperation.And, Register.R1, Register.R2);
        code.Move(Register.R2, Register.R8);
        code.Alu(AluOperation.ShiftRight, Register.R2, 32);
        code.Jump(JumpCondition.Greater, Register.R1, Register.R2, function.No);
        code.Alu(AluOperation.Move, Register.R2, Register.R8, OperandWidth.Bits32);
        code.Jump(JumpCondition.Less, Register.R1, Register.R2, function.No);
        code.Jump(function.Yes);
    }

    private static void EmitOffset(HeaderNumber question, QuestionFunction function)
    {
        Assembler code = function.Code;
        if (question.Start == HeaderStart.Network)
        {
            code.Move(Offset, question.Offset);
            return;
        }

        if (function.Family == Family.IPv6)
        {
            code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.ChainBroken);
            code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.No);
        }

        code.Load(MemorySize.Half, Register.R1, QuestionFunction.Key, PacketKey.FragmentOffset);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.No);
        code.Load(MemorySize.Half, Register.R1, QuestionFunction.Key, PacketKey.TransportLength);
        code.Jump(JumpCondition.Less, Register.R1, question.Offset + question.Bytes, function.No);
        code.Load(MemorySize.Word, Offset, QuestionFunction.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Offset, question.Offset);
    }
}
