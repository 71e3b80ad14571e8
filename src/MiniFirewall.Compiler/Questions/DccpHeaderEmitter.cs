using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for what a DCCP header says, of which the fixed part is there.</summary>
internal static class DccpHeaderEmitter
{
    /// <summary>The byte that has the header's length in words, and the one of type and sequence number's width, from there on.</summary>
    private const int LengthAt = 4, TypeAfter = 4;

    private const int FixedSize = 12, MostOptions = 1020;
    private const int Read = QuestionFunction.StackTop - 8;
    private const Register Offset = Register.R9;

    /// <summary>Two bits a type, from type 0 on: the words between sequence number and options (include/linux/dccp.h, dccp_packet_hdr_len).</summary>
    private const ulong WordsOfTypes = 0xfffa_ea8d;

    internal static void Emit(DccpType question, QuestionFunction function)
    {
        Assembler code = function.Code;
        EmitHeader(function);
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Read + TypeAfter);
        code.Alu(AluOperation.ShiftRight, Register.R1, 1);
        code.Alu(AluOperation.And, Register.R1, 0xf);
        code.Alu(AluOperation.ShiftRight, QuestionFunction.Argument, Register.R1);
        code.Alu(AluOperation.And, QuestionFunction.Argument, 1);
        code.Jump(JumpCondition.NotEqual, QuestionFunction.Argument, 0, function.Yes);
        code.Jump(function.No);
    }

    internal static void Emit(DccpOptionsCut question, QuestionFunction function)
    {
        Assembler code = function.Code;
        EmitHeader(function);
        EmitBounds(code);
        code.Jump(JumpCondition.Less, Register.R2, Register.R1, function.Yes);
        code.Jump(JumpCondition.Equal, Register.R2, Register.R1, function.No);
        code.Load(MemorySize.Half, Register.R3, QuestionFunction.Key, PacketKey.TransportLength);
        code.Jump(JumpCondition.Greater, Register.R2, Register.R3, function.Yes);
        code.Jump(function.No);
    }

    internal static void Emit(DccpOption question, QuestionFunction function)
    {
        Assembler code = function.Code;
        EmitHeader(function);
        EmitBounds(code);
        code.Load(MemorySize.Word, Register.R3, QuestionFunction.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Register.R1, Register.R3);
        code.Alu(AluOperation.Add, Register.R2, Register.R3);
        new OptionWalk(function, MostOptions).Emit(Register.R1, Register.R2, function.No, turn => turn.FindKind());
        code.Jump(function.Yes);
    }

    private static void EmitHeader(QuestionFunction function)
    {
        Assembler code = function.Code;
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Read, 0);
        function.EmitOpen();
        code.Load(MemorySize.Word, Offset, QuestionFunction.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Offset, LengthAt);
        function.EmitRead(Read, 8, Offset, function.No);
    }

    /// <summary>R1 = where the options begin, R2 = where they end, bytes from the header's start.</summary>
    private static void EmitBounds(Assembler code)
    {
        code.Load(MemorySize.Byte, Register.R3, Register.R10, Read + TypeAfter);
        code.Move(Register.R1, Register.R3);
        code.Alu(AluOperation.And, Register.R1, 1);
        code.Alu(AluOperation.And, Register.R3, 0x1e);
        code.LoadConstant(Register.R2, WordsOfTypes);
        code.Alu(AluOperation.ShiftRight, Register.R2, Register.R3);
        code.Alu(AluOperation.And, Register.R2, 3);
        code.Alu(AluOperation.Add, Register.R1, Register.R2);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 2);
        code.Alu(AluOperation.Add, Register.R1, FixedSize);
        code.Load(MemorySize.Byte, Register.R2, Register.R10, Read);
        code.Alu(AluOperation.ShiftLeft, Register.R2, 2);
    }
}
