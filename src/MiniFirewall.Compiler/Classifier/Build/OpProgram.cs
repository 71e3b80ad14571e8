using System.Buffers.Binary;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>Writes one program of ops: conditions become tests with two ways out, all of them forward.</summary>
internal sealed class OpProgram(Family family, QuestionNumbers? questions = null)
{
    /// <summary>Labels that are ends; others count up from 0.</summary>
    private const int Match = -1, Miss = -2, Invalid = -3;

    private readonly List<(OpKind Kind, byte Offset, ushort Argument, ulong Mask, ulong Low, ulong Span, int OnTrue, int OnFalse)> _ops = [];
    private readonly List<int> _labels = [];

    /// <summary>The program of a statement's late steps.</summary>
    internal static byte[] OfLate(Family family, IEnumerable<Step> steps, QuestionNumbers questions) => OfSteps(
        new OpProgram(family, questions),
        steps.Select(step => step is DropWhen drop ? new ConditionStep(drop.Condition, IsDrop: true) : new ConditionStep(((Require)step).Condition, IsDrop: false)));

    /// <summary>The program of steps, in their order.</summary>
    internal static byte[] OfSteps(Family family, IReadOnlyList<OpStep> steps) => OfSteps(new OpProgram(family), steps);

    private static byte[] OfSteps(OpProgram program, IEnumerable<OpStep> steps)
    {
        foreach (OpStep step in steps)
        {
            int next = program.NewLabel();
            program.EmitStep(step, next);
            program.Mark(next);
        }

        program.Emit(OpKind.Always, 0, 0, 0, 0, 0, Match, Miss);
        return program.Encode();
    }

    /// <summary>The program that matches where all conditions hold.</summary>
    internal static byte[] OfConditions(Family family, IReadOnlyList<Condition> conditions)
    {
        var program = new OpProgram(family);
        for (int i = 0; i < conditions.Count; i++)
        {
            bool isLast = i == conditions.Count - 1;
            int next = isLast ? Match : program.NewLabel();
            program.EmitCondition(conditions[i], next, Miss);
            if (!isLast)
            {
                program.Mark(next);
            }
        }

        return program.Encode();
    }

    private void EmitStep(OpStep step, int next)
    {
        switch (step)
        {
            case ConditionStep { IsDrop: true } drop:
                EmitCondition(drop.Condition, Invalid, next);
                break;
            case ConditionStep require:
                EmitCondition(require.Condition, next, Miss);
                break;
            case EntryStep entry:
                Emit(entry.Kind, 0, 0, 0, 0, 0, next, Miss);
                break;
            default:
                throw new InvalidOperationException($"unknown step {step.GetType().Name}");
        }
    }

    private void EmitCondition(Condition condition, int onTrue, int onFalse)
    {
        switch (condition)
        {
            case FieldTest test:
                EmitFieldTest(test, onTrue, onFalse);
                break;
            case RangeTest test:
                (onTrue, onFalse) = Swapped(test.Negated, onTrue, onFalse);
                EmitRanges(test, onTrue, onFalse);
                break;
            case AnyOf any:
                (onTrue, onFalse) = Swapped(any.Negated, onTrue, onFalse);
                EmitAny(any.Conditions.Length, onTrue, onFalse, (i, t, f) => EmitCondition(any.Conditions[i], t, f));
                break;
            case AllOf all:
                // All of them hold unless one of them does not.
                (onTrue, onFalse) = Swapped(all.Negated, onTrue, onFalse);
                EmitAny(all.Conditions.Length, onFalse, onTrue, (i, t, f) => EmitCondition(all.Conditions[i], f, t));
                break;
            case SetTest set:
                (onTrue, onFalse) = Swapped(set.Negated, onTrue, onFalse);
                Emit(OpKind.Set, 0, 0, 0, SetLayout.What(set), 0, onTrue, onFalse);
                break;
            case QuestionTest { Question: var question } test when questions is not null:
                (onTrue, onFalse) = Swapped(test.Negated, onTrue, onFalse);
                Emit(OpKind.Question, 0, questions.Of(question.Code), QuestionCodes.HashOf(question.Code), question.Argument, 0, onTrue, onFalse);
                break;
            default:
                throw new CompileException($"{condition.GetType().Name} in a list", Origin.None);
        }
    }

    private static (int OnTrue, int OnFalse) Swapped(bool negated, int onTrue, int onFalse) => negated ? (onFalse, onTrue) : (onTrue, onFalse);

    /// <summary>To onTrue at the first that holds; none of none holds.</summary>
    private void EmitAny(int count, int onTrue, int onFalse, Action<int, int, int> emit)
    {
        if (count == 0)
        {
            Emit(OpKind.Always, 0, 0, 0, 0, 0, onFalse, onFalse);
            return;
        }

        for (int i = 0; i < count - 1; i++)
        {
            int next = NewLabel();
            emit(i, onTrue, next);
            Mark(next);
        }

        emit(count - 1, onTrue, onFalse);
    }

    private void EmitFieldTest(FieldTest test, int onTrue, int onFalse)
    {
        (onTrue, onFalse) = Swapped(test.Negated, onTrue, onFalse);
        KeySlot slot = PacketKey.SlotOf(test.Field, family);
        UInt128 mask = FieldMasks.Effective(test, slot), value = test.Value & mask;
        if (FieldMasks.NeverHolds(test, mask) || mask == 0)
        {
            int only = mask == 0 && !FieldMasks.NeverHolds(test, mask) ? onTrue : onFalse;
            Emit(OpKind.Always, 0, 0, 0, 0, 0, only, only);
            return;
        }

        ulong high = (ulong)(mask >> 64), low = (ulong)mask;
        if (slot.Bits > 64 && high != 0)
        {
            int next = low == 0 ? onTrue : NewLabel();
            EmitField(slot.HighOffset, high, (ulong)(value >> 64), 0, next, onFalse);
            if (low != 0)
            {
                Mark(next);
            }
        }

        if (low != 0)
        {
            EmitField(slot.Offset, low, (ulong)value, 0, onTrue, onFalse);
        }
    }

    private void EmitRanges(RangeTest test, int onTrue, int onFalse)
    {
        KeySlot slot = PacketKey.SlotOf(test.Field, family);
        var ranges = RangeSet.Normalize(test.Ranges, slot.FullMask);
        EmitAny(ranges.Length, onTrue, onFalse, (i, t, f) => EmitRange(slot, ranges[i], t, f));
    }

    private void EmitRange(KeySlot slot, ValueRange range, int onTrue, int onFalse)
    {
        if (slot.Bits <= 64)
        {
            EmitField(slot.Offset, (ulong)slot.FullMask, (ulong)range.Low, (ulong)(range.High - range.Low), onTrue, onFalse);
            return;
        }

        // Halves in turn: above the low bound, then below the high one.
        int belowHigh = NewLabel();
        EmitBound(slot, range.Low, isLow: true, belowHigh, onFalse);
        Mark(belowHigh);
        EmitBound(slot, range.High, isLow: false, onTrue, onFalse);
    }

    /// <summary>The high half beyond the bound's is enough; equal to it leaves the decision to the low half.</summary>
    private void EmitBound(KeySlot slot, UInt128 bound, bool isLow, int onTrue, int onFalse)
    {
        ulong high = (ulong)(bound >> 64), low = (ulong)bound;
        int equal = NewLabel(), halves = NewLabel();
        EmitField(slot.HighOffset, ulong.MaxValue, high, 0, equal, halves);
        Mark(halves);
        EmitField(slot.HighOffset, ulong.MaxValue, isLow ? high : 0, isLow ? ulong.MaxValue - high : high, onTrue, onFalse);
        Mark(equal);
        EmitField(slot.Offset, ulong.MaxValue, isLow ? low : 0, isLow ? ulong.MaxValue - low : low, onTrue, onFalse);
    }

    private void EmitField(int offset, ulong mask, ulong low, ulong span, int onTrue, int onFalse) =>
        Emit(OpKind.Field, (byte)offset, 0, mask, low, span, onTrue, onFalse);

    private void Emit(OpKind kind, byte offset, ushort argument, ulong mask, ulong low, ulong span, int onTrue, int onFalse) =>
        _ops.Add((kind, offset, argument, mask, low, span, onTrue, onFalse));

    private int NewLabel()
    {
        _labels.Add(-1);
        return _labels.Count - 1;
    }

    private void Mark(int label) => _labels[label] = _ops.Count;

    private byte[] Encode()
    {
        if (_ops.Count >= OpFormat.FirstEnd)
        {
            throw new CompileException($"a rule of {_ops.Count} tests", Origin.None);
        }

        var bytes = new byte[_ops.Count * OpFormat.Size];
        for (int i = 0; i < _ops.Count; i++)
        {
            var op = _ops[i];
            Span<byte> at = bytes.AsSpan(i * OpFormat.Size, OpFormat.Size);
            at[OpFormat.Kind] = (byte)op.Kind;
            at[OpFormat.Offset] = op.Offset;
            BinaryPrimitives.WriteUInt16LittleEndian(at[OpFormat.OnTrue..], Target(op.OnTrue, i));
            BinaryPrimitives.WriteUInt16LittleEndian(at[OpFormat.OnFalse..], Target(op.OnFalse, i));
            BinaryPrimitives.WriteUInt16LittleEndian(at[OpFormat.Argument..], op.Argument);
            BinaryPrimitives.WriteUInt64LittleEndian(at[OpFormat.Mask..], op.Mask);
            BinaryPrimitives.WriteUInt64LittleEndian(at[OpFormat.Low..], op.Low);
            BinaryPrimitives.WriteUInt64LittleEndian(at[OpFormat.Span..], op.Span);
        }

        return bytes;
    }

    private ushort Target(int label, int from) => label switch
    {
        Match => OpFormat.Match,
        Miss => OpFormat.Miss,
        Invalid => OpFormat.Invalid,
        _ => checked((ushort)(_labels[label] - from)),
    };
}

/// <summary>A step of a full program.</summary>
internal abstract record OpStep;

/// <summary>A requirement, or a reason to drop the packet.</summary>
internal sealed record ConditionStep(Condition Condition, bool IsDrop) : OpStep;

/// <summary>A requirement that the entry itself states: its protocol or one of its port ranges.</summary>
internal sealed record EntryStep(OpKind Kind) : OpStep;
