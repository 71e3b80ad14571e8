using System.Collections.Immutable;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>
/// Consecutive steps that hold for every ordinary packet: "drop when" conditions, and requirements that the packet is no
/// later fragment, as matches put before they look into a header. They are tested by one branch, out of the way; only an
/// odd packet goes through them one by one.
/// </summary>
internal sealed record GuardRun(ImmutableArray<Step> Steps)
{
    /// <summary>The run that starts at this step; empty where the step is no guard. Only a drop starts a run: a requirement alone joins the other tests.</summary>
    internal static GuardRun At(ImmutableArray<Step> steps, int start)
    {
        int end = start;
        if (steps[start] is DropWhen { Condition: FieldTest or RangeTest })
        {
            while (end < steps.Length && IsGuard(steps[end]))
            {
                end++;
            }
        }

        return new(steps[start..end]);
    }

    /// <summary>Conditions one of which fails for every packet that the run would stop; none fails for an ordinary packet.</summary>
    internal IEnumerable<Condition> Ordinary()
    {
        for (int i = 0; i < Steps.Length; i++)
        {
            if (Steps[i] is Require require)
            {
                yield return require.Condition;
            }
            else if (Steps[i] is DropWhen drop && !IsCoveredLater(drop.Condition, i))
            {
                yield return Negate(drop.Condition);
            }
        }
    }

    private static bool IsGuard(Step step) =>
        step is DropWhen { Condition: FieldTest or RangeTest } || (step is Require require && IsNoLaterFragment(require.Condition));

    private static bool IsNoLaterFragment(Condition condition) =>
        condition is FieldTest { Field: Field.FragmentOffset, Negated: false } test && test.Value == 0 && test.Mask == UInt128.MaxValue;

    /// <summary>A drop at one value other than 0 is noticed by a later requirement of 0 as well.</summary>
    private bool IsCoveredLater(Condition condition, int index) =>
        condition is FieldTest { Field: Field.FragmentOffset, Negated: false } test && test.Value != 0
        && Steps.Skip(index + 1).Any(step => step is Require);

    private static Condition Negate(Condition condition) => condition switch
    {
        FieldTest test => test with { Negated = !test.Negated },
        RangeTest { Negated: false, Ranges: [{ Low: var low } range] } test when low == 0 =>
            test with { Ranges = [new(range.High + 1, UInt128.MaxValue)] },
        RangeTest test => test with { Negated = !test.Negated },
        _ => throw new CompileException($"{condition.GetType().Name} in a guard", Origin.None),
    };
}
