using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>-m connlabel: a label bit of the packet's connection, which it can set too (net/netfilter/xt_connlabel.c).</summary>
/// <param name="Label">The bit, 0 to 127.</param>
/// <param name="Sets">The bit is set first; where that fails the packet does not match.</param>
public sealed record ConnlabelMatch(byte Label, bool Negated, bool Sets) : Match
{
    private const byte LastLabel = 127;

    public static MatchGrammar Grammar { get; } = new("connlabel", new ConnlabelMatch(0, false, false))
    {
        OneOf = ["label"],
        Options =
        [
            Option<ConnlabelMatch>.Value<uint>(["label"], ReadLabel, (m, label, not) => m with { Label = (byte)label, Negated = not }, negatable: true),
            Option<ConnlabelMatch>.Flag(["set"], (m, _) => m with { Sets = true }),
        ],
    };

    private static bool ReadLabel(Word word, ReadContext context, out uint label)
    {
        if (NumberText.TryParse(word.Text, out ulong number) && number is > LastLabel and <= ushort.MaxValue)
        {
            context.Diagnostics.Words = null;
            context.Diagnostics.Report(
                ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is not a connection label", $"a number from 0 to {LastLabel}", Convention.OutOfRange);
            label = 0;
            return false;
        }

        return NumberReaders.TryRead(word, context, "connection label", 0, LastLabel, out label);
    }

    public override string Name => "connlabel";

    public override bool AsksConnection => true;

    /// <summary>A packet without a connection has no label.</summary>
    public override MatchResult Evaluate(Packet packet) =>
        (packet.Connection is { } connection && (Sets || (connection.Labels >> Label & 1) != 0)) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(new Require(new QuestionTest(new ConnectionLabelIs(Label, Sets), Negated)));

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("connlabel").Not(Negated).Word("--label").Word($"\"{Label}\"");
        if (Sets)
        {
            writer.Word("--set");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("connlabel").Not(Negated).Word($"{Label}");
        if (Sets)
        {
            writer.Word("set");
        }
    }
}
