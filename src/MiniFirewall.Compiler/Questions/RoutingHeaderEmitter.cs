using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for an IPv6 routing header.</summary>
internal static class RoutingHeaderEmitter
{
    private const int LengthAt = 1, TypeAt = 2, SegmentsLeftAt = 3, ReservedAt = 4, AddressesAt = 8, AddressBytes = 16;

    // The frame of the loop over addresses, from its bottom; the dynptr at its top is the question's own.
    private const int MetAt = 0, OffsetAt = 8, AddressAt = 16, DynptrAt = 32, FrameBytes = 48;

    internal static void Emit(RoutingHeader question, QuestionFunction function)
    {
        Assembler code = function.Code;
        HeaderSearchEmitter.Emit(function, IPv6HeaderNumber.Routing, function.No, function.No);
        function.EmitRead(HeaderSearchEmitter.Buffer, AddressesAt, HeaderSearchEmitter.Offset, function.No);
        HeaderSearchEmitter.EmitWhole(function, HeaderSearchEmitter.Buffer + LengthAt, function.No);
        if (question.Length is { } length)
        {
            NumberTestEmitter.Emit(code, Register.R1, HeaderSearchEmitter.LeastLength, HeaderSearchEmitter.MostLength, length, function.No);
        }

        EmitByteTest(function, TypeAt, question.Type);
        EmitByteTest(function, SegmentsLeftAt, question.SegmentsLeft);
        if (question.IsReservedZero)
        {
            code.Load(MemorySize.Word, Register.R1, Register.R10, HeaderSearchEmitter.Buffer + ReservedAt);
            code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.No);
        }

        if (!question.Addresses.IsEmpty)
        {
            EmitAddresses(question, function);
        }

        code.Jump(function.Yes);
    }

    private static void EmitByteTest(QuestionFunction function, int at, NumberTest? test)
    {
        if (test is { } asked)
        {
            function.Code.Load(MemorySize.Byte, Register.R1, Register.R10, HeaderSearchEmitter.Buffer + at);
            NumberTestEmitter.Emit(function.Code, Register.R1, byte.MinValue, byte.MaxValue, asked, function.No);
        }
    }

    private static void EmitAddresses(RoutingHeader question, QuestionFunction function)
    {
        // The number of addresses: the length field counts 8-byte units.
        Assembler code = function.Code;
        code.Load(MemorySize.Byte, Register.R1, Register.R10, HeaderSearchEmitter.Buffer + LengthAt);
        code.Alu(AluOperation.ShiftRight, Register.R1, 1);
        code.Alu(AluOperation.Add, HeaderSearchEmitter.Offset, AddressesAt);
        if (question.IsAnyAmong)
        {
            EmitAmong(question, function);
            return;
        }

        code.Jump(JumpCondition.NotEqual, Register.R1, question.Addresses.Length, function.No);
        foreach (UInt128 address in question.Addresses)
        {
            function.EmitRead(HeaderSearchEmitter.Buffer, AddressBytes, HeaderSearchEmitter.Offset, function.No);
            EmitJumpIfOther(code, Register.R10, HeaderSearchEmitter.Buffer, address, function.No);
            code.Alu(AluOperation.Add, HeaderSearchEmitter.Offset, AddressBytes);
        }
    }

    /// <summary>A loop over the header's addresses, whose number is in R1, that counts those of the rule it has met in their order.</summary>
    private static void EmitAmong(RoutingHeader question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label turn = code.DefineLabel("address_turn");
        StackFrame.Zero(code, FrameBytes, MetAt);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, OffsetAt, HeaderSearchEmitter.Offset);
        StackFrame.EmitLoopOfR1(code, FrameBytes, turn);
        StackFrame.Load(code, MemorySize.DoubleWord, Register.R1, FrameBytes, MetAt);
        code.Jump(JumpCondition.NotEqual, Register.R1, question.Addresses.Length, function.No);
        function.Behind(() => EmitTurn(question, code, turn));
    }

    /// <summary>One address: R2 the frame; returns 1 to stop.</summary>
    private static void EmitTurn(RoutingHeader question, Assembler code, Label turn)
    {
        const Register Frame = Register.R6;
        Label stop = code.DefineLabel("stop"), other = code.DefineLabel("other address");
        code.BeginFunction(new Function("address_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        code.Move(Frame, Register.R2);
        EmitReadAddress(code, Frame, stop);
        code.Load(MemorySize.DoubleWord, Register.R1, Frame, MetAt);
        for (int i = 0; i < question.Addresses.Length; i++)
        {
            Label later = code.DefineLabel("a later one");
            code.Jump(JumpCondition.NotEqual, Register.R1, i, later);
            EmitJumpIfOther(code, Frame, AddressAt, question.Addresses[i], other);
            code.StoreImmediate(MemorySize.DoubleWord, Frame, MetAt, i + 1);
            code.Jump(i == question.Addresses.Length - 1 ? stop : other);
            code.Mark(later);
        }

        code.Mark(stop);
        code.Move(Register.R0, 1);
        code.Exit();
        code.Mark(other);
        code.Move(Register.R0, 0);
        code.Exit();
    }

    private static void EmitReadAddress(Assembler code, Register frame, Label missing)
    {
        code.Load(MemorySize.DoubleWord, Register.R4, frame, OffsetAt);
        code.Move(Register.R1, Register.R4);
        code.Alu(AluOperation.Add, Register.R1, AddressBytes);
        code.Alu(AluOperation.And, Register.R1, HeaderSteps.OffsetMask);
        code.Store(MemorySize.DoubleWord, frame, OffsetAt, Register.R1);
        code.Move(Register.R1, frame);
        code.Alu(AluOperation.Add, Register.R1, AddressAt);
        code.Move(Register.R2, AddressBytes);
        code.Move(Register.R3, frame);
        code.Alu(AluOperation.Add, Register.R3, DynptrAt);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, missing);
    }

    /// <summary>Compares an address in memory, network byte order.</summary>
    private static void EmitJumpIfOther(Assembler code, Register memory, int at, UInt128 address, Label other)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        for (int half = 0; half < AddressBytes; half += 8)
        {
            code.Load(MemorySize.DoubleWord, Register.R2, memory, at + half);
            code.LoadConstant(Register.R3, BinaryPrimitives.ReadUInt64LittleEndian(bytes[half..]));
            code.Jump(JumpCondition.NotEqual, Register.R2, Register.R3, other);
        }
    }
}
