using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for what a TCP header with its options says, wherever the kernel looks for one.</summary>
internal static class TcpHeaderEmitter
{
    /// <summary>The header's bytes from the one that has its length on, to the end of its fixed part.</summary>
    private const int LengthAt = 12, FixedSize = 20;

    private const int MostOptions = 40;
    private const byte SegmentSizeKind = 2;
    private const int Read = QuestionFunction.StackTop - 8;
    private const Register Offset = Register.R9;

    internal static void Emit(TcpHeaderCut question, QuestionFunction function)
    {
        EmitHeader(function, function.Yes);
        function.Code.Jump(function.No);
    }

    internal static void Emit(TcpSegmentSize question, QuestionFunction function)
    {
        Assembler code = function.Code;
        EmitHeader(function, function.No);
        code.Load(MemorySize.Word, Register.R1, QuestionFunction.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Register.R1, FixedSize);
        new OptionWalk(function, MostOptions).Emit(Register.R1, Offset, function.No, turn => turn.FindHalf(SegmentSizeKind));
        code.Alu(AluOperation.And, Register.R1, 0xffff);
        NumberRangeEmitter.EmitCompare(function);
    }

    /// <summary>R9 = where the header ends with its options, bytes from the network header; goes away where it is not whole.</summary>
    private static void EmitHeader(QuestionFunction function, Label cut)
    {
        Assembler code = function.Code;
        if (function.Family == Family.IPv6)
        {
            code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.ChainBroken);
            code.Jump(JumpCondition.NotEqual, Register.R1, 0, cut);
        }

        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Read, 0);
        function.EmitOpen();
        code.Load(MemorySize.Word, Offset, QuestionFunction.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Offset, LengthAt);
        function.EmitRead(Read, FixedSize - LengthAt, Offset, cut);
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Read);
        code.Alu(AluOperation.ShiftRight, Register.R1, 4);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 2);
        code.Jump(JumpCondition.Less, Register.R1, FixedSize, cut);

        // Its last byte, LengthAt bytes back from where R9 stands.
        code.Alu(AluOperation.Add, Offset, Register.R1);
        code.Alu(AluOperation.Subtract, Offset, LengthAt + 1);
        function.EmitRead(Read, 1, Offset, cut);
        code.Alu(AluOperation.Add, Offset, 1);
    }
}
