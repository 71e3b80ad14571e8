using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy;

/// <summary>What becomes of a packet.</summary>
public enum Verdict : byte
{
    /// <summary>NF_DROP.</summary>
    Drop = 0,

    /// <summary>NF_ACCEPT.</summary>
    Accept = 1,
}

/// <summary>Where a statement came from, for messages: the verifier's and the user's. Equal where both texts are.</summary>
public sealed record Origin
{
    private readonly IOriginText? _source;

    public Origin(string place, string text)
    {
        Place = place;
        Text = text;
    }

    /// <summary>An origin whose texts are made when they are asked for: most never are.</summary>
    public Origin(IOriginText source) => _source = source;

    public static Origin None { get; } = new("", "");

    /// <summary>Position in the user's text, or in a listing.</summary>
    public string Place => field ?? _source!.Place;

    /// <summary>The rule as written.</summary>
    public string Text => field ?? _source!.Text;

    public bool Equals(Origin? other) => other is not null && Place == other.Place && Text == other.Text;

    public override int GetHashCode() => HashCode.Combine(Place, Text);
}

/// <summary>Makes the texts of an <see cref="Origin"/>.</summary>
public interface IOriginText
{
    string Place { get; }

    string Text { get; }
}

/// <summary>One step of a statement; steps run in order.</summary>
public abstract record Step
{
    /// <summary>The question that it asks; null where it asks none.</summary>
    public Question? Question => this switch
    {
        Require { Condition: QuestionTest test } => test.Question,
        DropWhen { Condition: QuestionTest test } => test.Question,
        _ => null,
    };
}

/// <summary>Where the condition does not hold, the statement does not match.</summary>
public sealed record Require(Condition Condition) : Step;

/// <summary>Where the condition holds, the packet is dropped at once as invalid: nothing is counted (xtables' hotdrop).</summary>
public sealed record DropWhen(Condition Condition) : Step;

/// <summary>What a matching statement does with the flow of control.</summary>
public abstract record Outcome;

/// <summary>Go on with the next statement.</summary>
public sealed record Continue : Outcome
{
    public static Continue Instance { get; } = new();
}

/// <summary>The packet's fate is decided.</summary>
/// <param name="Answer">What the sender of a packet that is dropped is told.</param>
public sealed record Decide(Verdict Verdict, Answer Answer = Answer.None) : Outcome;

/// <summary>Run the block; come back to the next statement where it ends without a verdict.</summary>
public sealed record Call(int Block) : Outcome;

/// <summary>Run the block instead of the rest of this one.</summary>
public sealed record TailTo(int Block) : Outcome;

/// <summary>End this block without a verdict.</summary>
public sealed record Leave : Outcome
{
    public static Leave Instance { get; } = new();
}

/// <summary>Steps to match, a counter, an event where asked, an outcome.</summary>
/// <param name="Counter">Index of the (packets, bytes) pair that a match adds to.</param>
/// <param name="Emits">A match sends an event that carries the counter's index.</param>
public sealed record Statement(ImmutableArray<Step> Steps, int Counter, bool Emits, Outcome Outcome, Origin Origin)
{
    /// <summary>The steps before the first that asks a question: they can be taken in any order, and of several statements at once.</summary>
    public ImmutableArray<Step> Early => FirstQuestion is var first && first == Steps.Length ? Steps : Steps[..first];

    /// <summary>The steps from the first that asks a question on: they are for packets that come to the statement and passed the others.</summary>
    public ImmutableArray<Step> Late => FirstQuestion is var first && first == Steps.Length ? [] : Steps[first..];

    private int FirstQuestion
    {
        get
        {
            int at = 0;
            while (at < Steps.Length && Steps[at] is not (Require { Condition: QuestionTest } or DropWhen { Condition: QuestionTest }))
            {
                at++;
            }

            return at;
        }
    }
}

/// <summary>A list of statements, tried in order.</summary>
public sealed record Block(string Name, ImmutableArray<Statement> Statements);

/// <summary>
/// All that one hook does with the packets of one family. Calls never form a cycle (the front end refuses them).
/// </summary>
/// <param name="Entry">Index of the block that a packet meets first.</param>
/// <param name="Default">The verdict where the entry block ends without one.</param>
/// <param name="DefaultCounter">Index of the counter of packets that met the default.</param>
public sealed record PacketProgram(
    Family Family,
    Hook Hook,
    ImmutableArray<Block> Blocks,
    int Entry,
    Verdict Default,
    int DefaultCounter)
{
    /// <summary>Statements of the family change marks, here or on another hook: then tests of marks are questions (<see cref="Questions.PacketMarkIs"/>).</summary>
    public bool ChangesMarks { get; init; }
}
