using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>Compares lists of steps by content; records that hold arrays compare those by reference.</summary>
internal sealed class StepComparer : IEqualityComparer<List<OpStep>>
{
    internal static StepComparer Instance { get; } = new();

    public bool Equals(List<OpStep>? x, List<OpStep>? y)
    {
        if (x is null || y is null || x.Count != y.Count)
        {
            return ReferenceEquals(x, y);
        }

        for (int i = 0; i < x.Count; i++)
        {
            if (!AreEqual(x[i], y[i]))
            {
                return false;
            }
        }

        return true;
    }

    public int GetHashCode(List<OpStep> steps)
    {
        var hash = default(HashCode);
        foreach (OpStep step in steps)
        {
            hash.Add(step is ConditionStep condition ? HashOf(condition.Condition) + (condition.IsDrop ? 1 : 0) : ((EntryStep)step).Kind.GetHashCode());
        }

        return hash.ToHashCode();
    }

    private static bool AreEqual(OpStep x, OpStep y) => (x, y) switch
    {
        (ConditionStep a, ConditionStep b) => a.IsDrop == b.IsDrop && AreEqual(a.Condition, b.Condition),
        _ => x.Equals(y),
    };

    private static bool AreEqual(Condition x, Condition y) => (x, y) switch
    {
        (RangeTest a, RangeTest b) => a.Field == b.Field && a.Negated == b.Negated && a.Ranges.AsSpan().SequenceEqual(b.Ranges.AsSpan()),
        (AnyOf a, AnyOf b) => a.Negated == b.Negated && AreEqual(a.Conditions.AsSpan(), b.Conditions.AsSpan()),
        (AllOf a, AllOf b) => a.Negated == b.Negated && AreEqual(a.Conditions.AsSpan(), b.Conditions.AsSpan()),
        _ => x.Equals(y),
    };

    private static bool AreEqual(ReadOnlySpan<Condition> x, ReadOnlySpan<Condition> y)
    {
        bool equal = x.Length == y.Length;
        for (int i = 0; equal && i < x.Length; i++)
        {
            equal = AreEqual(x[i], y[i]);
        }

        return equal;
    }

    private static int HashOf(Condition condition) => condition switch
    {
        RangeTest { Ranges: [var first, ..] } range => HashCode.Combine(range.Field, range.Ranges.Length, first),
        RangeTest range => HashCode.Combine(range.Field),
        AnyOf any => HashCode.Combine(1, any.Conditions.Length, any.Conditions.IsEmpty ? 0 : HashOf(any.Conditions[0])),
        AllOf all => HashCode.Combine(2, all.Conditions.Length, all.Conditions.IsEmpty ? 0 : HashOf(all.Conditions[0])),
        _ => condition.GetHashCode(),
    };
}
