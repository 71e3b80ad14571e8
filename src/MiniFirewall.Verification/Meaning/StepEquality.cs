using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Meaning;

/// <summary>Steps that are written the same; those that are named count by their name alone.</summary>
internal static class StepEquality
{
    internal static bool Same(ImmutableArray<Step> one, ImmutableArray<Step> other) => Same(one, other, StepNames.None);

    /// <param name="names">Of both.</param>
    internal static bool Same(ImmutableArray<Step> one, ImmutableArray<Step> other, StepNames names)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (int i = 0; i < one.Length; i++)
        {
            if (names.Of(i) is null && !Same(one[i], other[i]))
            {
                return false;
            }
        }

        return true;
    }

    internal static int Hash(ImmutableArray<Step> steps, StepNames names)
    {
        int hash = HashCode.Combine(steps.Length, names);
        for (int i = 0; i < steps.Length; i++)
        {
            if (names.Of(i) is null)
            {
                hash = HashCode.Combine(hash, steps[i] is DropWhen drop ? ~Hash(drop.Condition) : Hash(((Require)steps[i]).Condition));
            }
        }

        return hash;
    }

    private static bool Same(Step one, Step other) => (one, other) switch
    {
        (Require a, Require b) => Same(a.Condition, b.Condition),
        (DropWhen a, DropWhen b) => Same(a.Condition, b.Condition),
        _ => false,
    };

    private static bool Same(Condition one, Condition other) => ReferenceEquals(one, other) || (one, other) switch
    {
        (FieldTest a, FieldTest b) => a == b,
        (SetTest a, SetTest b) => a.Equals(b),
        (QuestionTest a, QuestionTest b) => a == b,
        (RangeTest a, RangeTest b) => a.Field == b.Field && a.Negated == b.Negated && a.Ranges.AsSpan().SequenceEqual(b.Ranges.AsSpan()),
        (AnyOf a, AnyOf b) => a.Negated == b.Negated && Same(a.Conditions, b.Conditions),
        (AllOf a, AllOf b) => a.Negated == b.Negated && Same(a.Conditions, b.Conditions),
        _ => false,
    };

    private static bool Same(ImmutableArray<Condition> one, ImmutableArray<Condition> other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (int i = 0; i < one.Length; i++)
        {
            if (!Same(one[i], other[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Of long lists only the length and the ends.</summary>
    private static int Hash(Condition condition) => condition switch
    {
        FieldTest test => HashCode.Combine(test.Field, test.Mask, test.Value, test.Negated),
        RangeTest { Ranges.Length: 0 } test => HashCode.Combine(test.Field, test.Negated),
        RangeTest test => HashCode.Combine(test.Field, test.Negated, test.Ranges.Length, test.Ranges[0].Low, test.Ranges[^1].High),
        AnyOf any => HashCode.Combine(1, any.Negated, any.Conditions.Length),
        AllOf all => HashCode.Combine(2, all.Negated, all.Conditions.Length),
        QuestionTest test => HashCode.Combine(3, test.Question, test.Negated),
        SetTest set => HashCode.Combine(4, set.Set, set.Negated),
        _ => 0,
    };
}
