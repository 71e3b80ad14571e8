using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>Computes one test of one field, without branches where the field has at most 32 bits. Scratch: R3 to R5.</summary>
internal sealed class LeafEmitter(Assembler code, Family family)
{
    internal Width Emit(FieldTest test, Register result)
    {
        KeySlot slot = PacketKey.SlotOf(test.Field, family);
        UInt128 mask = FieldMasks.Effective(test, slot);
        if (FieldMasks.NeverHolds(test, mask))
        {
            return Constant(result, holds: test.Negated);
        }

        if (mask == 0)
        {
            return Constant(result, holds: !test.Negated);
        }

        Width width = EmitDifference(slot, mask, test.Value & mask, result);
        return test.Negated ? Invert(result, width) : width;
    }

    internal Width Emit(RangeTest test, Register result)
    {
        KeySlot slot = PacketKey.SlotOf(test.Field, family);
        ImmutableArray<ValueRange> ranges = RangeSet.Normalize(test.Ranges, slot.FullMask);
        if (ranges.IsEmpty)
        {
            return Constant(result, holds: test.Negated);
        }

        if (ranges is [var only])
        {
            Width width = EmitRange(slot, only, result);
            return test.Negated ? Invert(result, width) : width;
        }

        Width union = EmitUnion(slot, ranges, result);
        return test.Negated ? Invert(result, union) : union;
    }

    /// <summary>Makes "zero or not" into 0 or 1.</summary>
    internal void ToBit(Register value, Width width)
    {
        if (width == Width.Bits32)
        {
            code.Alu(AluOperation.Negate, value, 0);
            code.Alu(AluOperation.ShiftRight, value, 63);
        }
        else if (width == Width.Bits64)
        {
            code.Move(Register.R5, value);
            code.Alu(AluOperation.Negate, Register.R5, 0);
            code.Alu(AluOperation.Or, value, Register.R5);
            code.Alu(AluOperation.ShiftRight, value, 63);
        }
    }

    private Width Constant(Register result, bool holds)
    {
        code.Move(result, holds ? 0 : 1);
        return Width.Bit;
    }

    private Width Invert(Register value, Width width)
    {
        ToBit(value, width);
        code.Alu(AluOperation.Xor, value, 1);
        return Width.Bit;
    }

    /// <summary>(field &amp; mask) ^ value, folded to 64 bits.</summary>
    private Width EmitDifference(KeySlot slot, UInt128 mask, UInt128 value, Register result)
    {
        if (slot.Bits <= 32)
        {
            code.Load(slot.LoadSize, result, Frame.Key, slot.Offset);
            EmitMasked32(slot, (uint)mask, (uint)value, result);
            return Width.Bits32;
        }

        ulong maskHigh = (ulong)(mask >> 64), maskLow = (ulong)mask;
        if (maskHigh != 0)
        {
            EmitHalf(slot.HighOffset, maskHigh, (ulong)(value >> 64), result);
        }

        if (maskLow != 0)
        {
            Register part = maskHigh == 0 ? result : Register.R3;
            EmitHalf(slot.Offset, maskLow, (ulong)value, part);
            if (part != result)
            {
                code.Alu(AluOperation.Or, result, part);
            }
        }

        return Width.Bits64;
    }

    private void EmitMasked32(KeySlot slot, uint mask, uint value, Register result)
    {
        if (mask != (uint)slot.FullMask)
        {
            code.Alu(AluOperation.And, result, (int)mask, OperandWidth.Bits32);
        }

        if (value != 0)
        {
            code.Alu(AluOperation.Xor, result, (int)value, OperandWidth.Bits32);
        }
    }

    private void EmitHalf(int offset, ulong mask, ulong value, Register result)
    {
        code.Load(MemorySize.DoubleWord, result, Frame.Key, offset);
        if (mask != ulong.MaxValue)
        {
            EmitWide(AluOperation.And, result, mask);
        }

        if (value != 0)
        {
            EmitWide(AluOperation.Xor, result, value);
        }
    }

    private void EmitWide(AluOperation operation, Register result, ulong constant)
    {
        if ((long)constant is >= int.MinValue and <= int.MaxValue)
        {
            code.Alu(operation, result, (int)constant);
            return;
        }

        code.LoadConstant(Register.R5, constant);
        code.Alu(operation, result, Register.R5);
    }

    private Width EmitRange(KeySlot slot, ValueRange range, Register result)
    {
        if (RangeSet.AsMask(range, slot.FullMask) is { } mask)
        {
            return mask == 0 ? Constant(result, holds: true) : EmitDifference(slot, mask, range.Low, result);
        }

        if (slot.Bits > 32)
        {
            EmitWideUnion(slot, [range], result);
            return Width.Bit;
        }

        code.Load(slot.LoadSize, Register.R3, Frame.Key, slot.Offset);
        EmitOutside((uint)range.Low, (uint)range.High, (uint)slot.FullMask, result);
        return Width.Bit;
    }

    /// <summary>1 where R3 lies outside: the sign of (x - low) | (high - x), in 64 bits. Loses R4.</summary>
    private void EmitOutside(uint low, uint high, uint max, Register result)
    {
        bool hasLow = low != 0, hasHigh = high != max;
        if (hasLow)
        {
            code.Move(result, Register.R3);
            code.LoadConstant(Register.R4, low);
            code.Alu(AluOperation.Subtract, result, Register.R4);
        }

        if (hasHigh)
        {
            Register difference = hasLow ? Register.R4 : result;
            code.LoadConstant(difference, high);
            code.Alu(AluOperation.Subtract, difference, Register.R3);
            if (hasLow)
            {
                code.Alu(AluOperation.Or, result, difference);
            }
        }

        code.Alu(AluOperation.ShiftRight, result, 63);
    }

    /// <summary>
    /// Zero where the field lies in one of the ranges. R3 is the field, R5 gathers. A product of two 32-bit differences
    /// is zero where one of them is, and cannot overflow: pairs of values and prefixes cost one multiplication.
    /// </summary>
    private Width EmitUnion(KeySlot slot, ImmutableArray<ValueRange> ranges, Register result)
    {
        if (slot.Bits > 32)
        {
            EmitWideUnion(slot, ranges, result);
            return Width.Bit;
        }

        code.Load(slot.LoadSize, Register.R3, Frame.Key, slot.Offset);
        if (ranges is [var first, var second])
        {
            EmitOutsideOne(slot, first, result);
            code.Move(Register.R5, result);
            EmitOutsideOne(slot, second, result);
            code.Alu(AluOperation.Multiply, result, Register.R5);
            return Width.Bits64;
        }

        code.Move(Register.R5, 1);
        foreach (ValueRange range in ranges)
        {
            ToBit(result, EmitOutsideOne(slot, range, result));
            code.Alu(AluOperation.And, Register.R5, result);
        }

        code.Move(result, Register.R5);
        return Width.Bit;
    }

    /// <summary>Not zero, and of at most 32 bits, where R3 lies outside.</summary>
    private Width EmitOutsideOne(KeySlot slot, ValueRange range, Register result)
    {
        if (RangeSet.AsMask(range, slot.FullMask) is { } mask)
        {
            code.Move(result, Register.R3);
            EmitMasked32(slot, (uint)mask, (uint)range.Low, result);
            return Width.Bits32;
        }

        EmitOutside((uint)range.Low, (uint)range.High, (uint)slot.FullMask, result);
        return Width.Bit;
    }

    /// <summary>128 bits by comparing halves; with branches, for no addition here keeps a borrow.</summary>
    private void EmitWideUnion(KeySlot slot, ImmutableArray<ValueRange> ranges, Register result)
    {
        Label done = code.DefineLabel("in range");
        code.Load(MemorySize.DoubleWord, Register.R3, Frame.Key, slot.HighOffset);
        code.Load(MemorySize.DoubleWord, Register.R4, Frame.Key, slot.Offset);
        code.Move(result, 0);
        foreach (ValueRange range in ranges)
        {
            Label next = code.DefineLabel("next range");
            EmitWideBound(range.Low, JumpCondition.Less, JumpCondition.Greater, next);
            EmitWideBound(range.High, JumpCondition.Greater, JumpCondition.Less, next);
            code.Jump(done);
            code.Mark(next);
        }

        code.Move(result, 1);
        code.Mark(done);
    }

    /// <summary>Goes to <paramref name="outside"/> where R3:R4 is beyond the bound.</summary>
    private void EmitWideBound(UInt128 bound, JumpCondition beyond, JumpCondition within, Label outside)
    {
        Label inside = code.DefineLabel("within bound");
        code.LoadConstant(Register.R5, (ulong)(bound >> 64));
        code.Jump(beyond, Register.R3, Register.R5, outside);
        code.Jump(within, Register.R3, Register.R5, inside);
        code.LoadConstant(Register.R5, (ulong)bound);
        code.Jump(beyond, Register.R4, Register.R5, outside);
        code.Mark(inside);
    }
}
