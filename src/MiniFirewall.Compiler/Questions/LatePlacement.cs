using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Tells the questions of a statement that comes later what <see cref="QuestionPlacement"/> tells those of whole programs, where that is their memory alone.</summary>
public static class LatePlacement
{
    /// <summary>The statement; null where a question of it needs more, or gets no memory.</summary>
    /// <param name="place">Gives a memory's number, once a question; null where there is none left. Is told what the memory holds at first.</param>
    /// <param name="hertz">As <see cref="CompileOptions.Hertz"/>.</param>
    public static Statement? TryPlace(Statement statement, int hertz, Func<byte[], int?> place)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(place);
        if (!statement.Steps.Any(step => step.Question is { NeedsPlace: true }))
        {
            return statement;
        }

        List<Step> steps = [];
        foreach (Step step in statement.Steps)
        {
            if (TryPlace(step, hertz, place) is not { } placed)
            {
                return null;
            }

            steps.Add(placed);
        }

        return statement with { Steps = [.. steps] };
    }

    private static Step? TryPlace(Step step, int hertz, Func<byte[], int?> place) => step switch
    {
        { Question: not { NeedsPlace: true } } => step,
        Require { Condition: QuestionTest { Question: StatefulQuestion question } test } when place(StateCell.Encode(question, hertz)) is { } cell =>
            new Require(test with { Question = question with { Cell = cell } }),
        _ => null,
    };
}
