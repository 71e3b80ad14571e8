using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>-m connbytes: what the packet's connection has carried so far (net/netfilter/xt_connbytes.c).</summary>
/// <param name="Unit">0 packets, 1 bytes, 2 bytes a packet.</param>
/// <param name="Direction">0 from the first side, 1 from the second, 2 both.</param>
public sealed record ConnbytesMatch(LongRange Range, bool Negated, uint Unit, uint Direction) : Match
{
    private static readonly (string Name, uint Value)[] Units = [("packets", 0), ("bytes", 1), ("avgpkt", 2)];

    private static readonly (string Name, uint Value)[] Directions = [("original", 0), ("reply", 1), ("both", 2)];

    public static MatchGrammar Grammar { get; } = new("connbytes", new ConnbytesMatch(default, false, 0, 0))
    {
        Mandatory = ["connbytes", "connbytes-dir", "connbytes-mode"],
        Complete = Complete,
        Options =
        [
            Option<ConnbytesMatch>.Value(["connbytes"], LongNumberReaders.Range("number of packets or bytes", ulong.MaxValue, isOpen: true), (m, range, not) => m with { Range = range, Negated = not }, negatable: true),
            Option<ConnbytesMatch>.Value(["connbytes-dir"], NameReaders.Choice("direction", Directions), (m, direction, _) => m with { Direction = direction }),
            Option<ConnbytesMatch>.Value(["connbytes-mode"], NameReaders.Choice("unit", Units), (m, unit, _) => m with { Unit = unit }),
        ],
    };

    public override string Name => "connbytes";

    public override bool AsksConnection => true;

    /// <summary>Not of a packet without a connection, negated or not.</summary>
    public override MatchResult Evaluate(Packet packet)
    {
        if (packet.Connection is not { } connection)
        {
            return MatchResult.Miss;
        }

        Traffic traffic = ((Traffic[])[connection.OriginalTraffic, connection.ReplyTraffic, connection.OriginalTraffic + connection.ReplyTraffic])[Direction];
        ulong measured = ((ulong[])[traffic.Packets, traffic.Bytes, traffic.Packets == 0 ? 0 : traffic.Bytes / traffic.Packets])[Unit];
        return Range.Contains(measured) != Negated ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(
        new ConnectionTrafficIn((TrafficUnit)Unit, (TrafficDirection)Direction, Range.Low, Range.High) { WithoutConnection = Negated }, Negated)));

    /// <summary>A negated range is one with its ends exchanged, so that of one number is not negated (libxt_connbytes.c).</summary>
    private static object Complete(object state, Word place, ReadContext context)
    {
        var match = (ConnbytesMatch)state;
        return match with { Negated = match.Negated && match.Range.Low != match.Range.High };
    }

    private string Text => Range.High == ulong.MaxValue ? $"{Range.Low}" : $"{Range.Low}:{Range.High}";

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("connbytes").Not(Negated).Word("--connbytes").Word(Text)
        .Word("--connbytes-mode").Word(Units[Unit].Name).Word("--connbytes-dir").Word(Directions[Direction].Name);

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Not(Negated).Word("connbytes").Word(Text)
        .Word("connbytes").Word("mode").Word(Units[Unit].Name).Word("connbytes").Word("direction").Word(Directions[Direction].Name);
}
