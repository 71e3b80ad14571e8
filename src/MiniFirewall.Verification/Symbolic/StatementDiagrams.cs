using System.Collections.Immutable;
using MiniFirewall.Policy;

namespace MiniFirewall.Verification.Symbolic;

/// <summary>Diagrams of statements: their steps in order.</summary>
internal sealed class StatementDiagrams(Diagrams diagrams, ConditionDiagrams conditions)
{
    /// <summary>What a statement says of every packet. A step that <paramref name="names"/> names is the one variable of its part.</summary>
    internal Results Of(ImmutableArray<Step> steps, StepNames names)
    {
        Results results = Results.Matched;
        for (int i = steps.Length - 1; i >= 0; i--)
        {
            results = steps[i] switch
            {
                Require require => results.Where(diagrams, Condition(require.Condition, i, names), Results.Miss),
                DropWhen drop => Results.Dropped.Where(diagrams, conditions.Of(drop.Condition), results),
                _ => throw new NotSupportedException($"{steps[i].GetType().Name} has no meaning here"),
            };
        }

        return results;
    }

    /// <summary>
    /// The packets that may come to the ordinary view, as far as one statement tells: no later fragments, no broken chain
    /// of headers, and none that the statement would drop. That a "drop when" step which is not come to may hold for them
    /// is no matter: the statement misses them before.
    /// </summary>
    internal int Ordinary(Results statement)
    {
        int whole = diagrams.And(
            conditions.Of(FieldTest.Equal(Field.FragmentOffset, 0)), conditions.Of(FieldTest.Equal(Field.ChainBroken, 0)));
        return diagrams.AndNot(whole, statement.Invalid);
    }

    private int Condition(Condition condition, int step, StepNames names) =>
        names.Of(step) is { } part ? diagrams.Variable(KeyVariables.OfPart(part)) : conditions.Of(condition);
}
