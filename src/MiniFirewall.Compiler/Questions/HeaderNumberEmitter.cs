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
        NumberRangeEmitter.Emit(function, Number, question.Bytes, question.Mask);
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

        if (question.Start == HeaderStart.Transport)
        {
            code.Load(MemorySize.Half, Register.R1, QuestionFunction.Key, PacketKey.FragmentOffset);
            code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.No);
            code.Load(MemorySize.Half, Register.R1, QuestionFunction.Key, PacketKey.TransportLength);
            code.Jump(JumpCondition.Less, Register.R1, question.Offset + question.Bytes, function.No);
        }

        code.Load(MemorySize.Word, Offset, QuestionFunction.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Offset, question.Offset);
    }
}
