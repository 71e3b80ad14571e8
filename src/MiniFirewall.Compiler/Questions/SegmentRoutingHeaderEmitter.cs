using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for an IPv6 segment routing header.</summary>
internal static class SegmentRoutingHeaderEmitter
{
    private const int NextHeaderAt = 0, LengthAt = 1, TypeAt = 2, SegmentsLeftAt = 3, LastEntryAt = 4, TagAt = 6;
    private const int FixedBytes = 8, SegmentBytes = 16;

    // The header's fixed part stays on the stack, a segment stands behind it.
    private const int Header = HeaderSearchEmitter.Buffer, Segment = Header + FixedBytes;
    private const Register SegmentOffset = Register.R8;

    internal static void Emit(SegmentRoutingHeader question, QuestionFunction function)
    {
        Assembler code = function.Code;
        HeaderSearchEmitter.Emit(function, IPv6HeaderNumber.Routing, function.No, function.No);
        function.EmitRead(Header, FixedBytes, HeaderSearchEmitter.Offset, function.No);
        HeaderSearchEmitter.EmitWhole(function, Header + LengthAt, function.No);
        LoadByte(code, Register.R1, TypeAt);
        code.Jump(JumpCondition.NotEqual, Register.R1, SegmentRoutingHeader.RoutingType, function.No);
        LoadByte(code, Register.R1, SegmentsLeftAt);
        LoadByte(code, Register.R2, LastEntryAt);
        code.Jump(JumpCondition.Greater, Register.R1, Register.R2, function.No);
        foreach (SegmentNumberTest number in question.Numbers)
        {
            LoadNumber(code, number.Number);
            uint most = number.Number == SegmentNumber.Tag ? ushort.MaxValue : byte.MaxValue;
            NumberTestEmitter.Emit(code, Register.R1, 0, most, number.Test, function.No);
        }

        foreach (SegmentTest segment in question.Segments)
        {
            EmitOffset(function, segment.Place);
            function.EmitRead(Segment, SegmentBytes, SegmentOffset, function.No);
            EmitCompare(function, segment);
        }

        code.Jump(function.Yes);
    }

    private static void LoadByte(Assembler code, Register result, int at) => code.Load(MemorySize.Byte, result, Register.R10, Header + at);

    /// <summary>R1 = the number.</summary>
    private static void LoadNumber(Assembler code, SegmentNumber number)
    {
        if (number == SegmentNumber.Tag)
        {
            code.Load(MemorySize.Half, Register.R1, Register.R10, Header + TagAt);
            return;
        }

        LoadByte(code, Register.R1, number switch
        {
            SegmentNumber.NextHeader => NextHeaderAt,
            SegmentNumber.ExtensionLength => LengthAt,
            SegmentNumber.SegmentsLeft => SegmentsLeftAt,
            _ => LastEntryAt,
        });
    }

    /// <summary>Where the segment begins; no, where the list has none at this place.</summary>
    private static void EmitOffset(QuestionFunction function, SegmentPlace place)
    {
        Assembler code = function.Code;
        code.Move(SegmentOffset, 0);
        if (place == SegmentPlace.Previous)
        {
            LoadByte(code, SegmentOffset, SegmentsLeftAt);
            LoadByte(code, Register.R1, LastEntryAt);
            code.Jump(JumpCondition.Equal, SegmentOffset, Register.R1, function.No);
            code.Alu(AluOperation.Add, SegmentOffset, 1);
        }
        else if (place == SegmentPlace.Next)
        {
            LoadByte(code, SegmentOffset, SegmentsLeftAt);
            code.Jump(JumpCondition.Equal, SegmentOffset, 0, function.No);
            code.Alu(AluOperation.Subtract, SegmentOffset, 1);
        }

        code.Alu(AluOperation.ShiftLeft, SegmentOffset, 4);
        code.Alu(AluOperation.Add, SegmentOffset, FixedBytes);
        code.Alu(AluOperation.Add, SegmentOffset, HeaderSearchEmitter.Offset);
    }

    /// <summary>The bits that differ under the mask are gathered in R1.</summary>
    private static void EmitCompare(QuestionFunction function, SegmentTest segment)
    {
        Assembler code = function.Code;
        code.Move(Register.R1, 0);
        EmitDifference(code, Segment, (ulong)(segment.Address >> 64), (ulong)(segment.Mask >> 64));
        EmitDifference(code, Segment + 8, (ulong)segment.Address, (ulong)segment.Mask);
        code.Jump(segment.Negated ? JumpCondition.Equal : JumpCondition.NotEqual, Register.R1, 0, function.No);
    }

    private static void EmitDifference(Assembler code, int at, ulong address, ulong mask)
    {
        code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, at);
        code.ToBigEndian(Register.R2, 64);
        code.LoadConstant(Register.R3, address);
        code.Alu(AluOperation.Xor, Register.R2, Register.R3);
        code.LoadConstant(Register.R3, mask);
        code.Alu(AluOperation.And, Register.R2, Register.R3);
        code.Alu(AluOperation.Or, Register.R1, Register.R2);
    }
}
