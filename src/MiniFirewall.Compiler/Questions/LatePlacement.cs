using MiniFirewall.Compiler.Connections;
using MiniFirewall.Compiler.Questions.Counting;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Tells the questions of a statement that comes later what <see cref="QuestionPlacement"/> tells those of whole programs.</summary>
public static class LatePlacement
{
    /// <summary>The statement; null where a question of it needs what is not there.</summary>
    public static Statement? TryPlace(Statement statement, LateFacts facts)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(facts);
        if (!statement.Steps.Any(step => step.Question is { NeedsPlace: true }))
        {
            return statement;
        }

        List<Step> steps = [];
        foreach (Step step in statement.Steps)
        {
            if (TryPlace(step, facts) is not { } placed)
            {
                return null;
            }

            steps.Add(placed);
        }

        return statement with { Steps = [.. steps] };
    }

    private static Step? TryPlace(Step step, LateFacts facts) => step switch
    {
        { Question: not { NeedsPlace: true } } => step,
        Require { Condition: QuestionTest test } => TryPlace(test.Question, facts) is { } placed ? new Require(test with { Question = placed }) : null,
        DropWhen { Condition: QuestionTest test } => TryPlace(test.Question, facts) is { } placed ? new DropWhen(test with { Question = placed }) : null,
        _ => null,
    };

    private static Question? TryPlace(Question question, LateFacts facts) => question switch
    {
        StatefulQuestion stateful => facts.Cell(StateCell.Encode(stateful, facts.Hertz)) is { } cell ? stateful with { Cell = cell } : null,
        RateWithin rate => rate with { Family = facts.Family, Hertz = facts.Hertz },
        RecentAddress recent => facts.Stamps(recent.List) is { } stamps && stamps >= recent.StampsNeeded ? recent with { Stamps = stamps, Hertz = facts.Hertz } : null,
        RateCounted counted => facts.Estimator(counted.Estimator) is { } slot ? counted with { Slot = slot } : null,
        RateCompared compared => TryPlace(compared, facts),
        ConnectionsAbove count => facts.Count(CountLayout.SlotsFor(count.Limit, ConnectionTable.PlacesOf(facts.ConnectionBuckets))) is var (number, slots) ? count with { Number = number, Slots = slots } : null,
        ConnectionNumberIn { Number: ConnectionNumber.SecondsLeft } number => number with { Hertz = facts.Hertz },
        TimeWindow { IsLocal: true } window => window with { MinutesWest = facts.MinutesWest },
        DynamicSetTest test when facts.KnowsSets => test with { Hertz = facts.Hertz },
        DynamicSetChange change when facts.KnowsSets => change with { Hertz = facts.Hertz },
        _ => null,
    };

    private static RateCompared? TryPlace(RateCompared compared, LateFacts facts)
    {
        int? first = facts.Estimator(compared.First), second = compared.IsRelative ? facts.Estimator(compared.Second) : 0;
        return first is null || second is null ? null : compared with { FirstSlot = first.Value, SecondSlot = second.Value };
    }
}
