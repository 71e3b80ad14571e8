using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m ecn: the bits of explicit congestion notification (net/netfilter/xt_ecn.c). The kernel does not ask whether the packet is
/// a later fragment, and a TCP header that is cut only does not match.
/// </summary>
/// <param name="Echo">Whether TCP's ECE is set; null where not asked.</param>
/// <param name="Reduced">Whether TCP's CWR is set; null where not asked.</param>
/// <param name="Codepoint">The lower two bits of the traffic class byte; null where not asked.</param>
public sealed record EcnMatch(bool? Echo, bool? Reduced, byte? Codepoint, bool NotCodepoint) : Match
{
    private const byte EchoBit = 0x40, ReducedBit = 0x80, CodepointMask = 0x03;
    private const int FlagsAt = 13;

    public static MatchGrammar Grammar { get; } = new("ecn", new EcnMatch(null, null, null, false))
    {
        OneOf = ["ecn-tcp-cwr", "ecn-tcp-ece", "ecn-ip-ect"],
        Check = HasItsProtocol,
        Options =
        [
            Option<EcnMatch>.Flag(["ecn-tcp-cwr"], (m, not) => m with { Reduced = !not }, negatable: true),
            Option<EcnMatch>.Flag(["ecn-tcp-ece"], (m, not) => m with { Echo = !not }, negatable: true),
            Option<EcnMatch>.Value<uint>(["ecn-ip-ect"], NumberReaders.Number("codepoint of ECN", 0, 3), (m, value, not) => m with { Codepoint = (byte)value, NotCodepoint = not }, negatable: true),
        ],
    };

    public override string Name => "ecn";

    private bool AsksTcp => Echo is not null || Reduced is not null;

    private byte FlagMask => (byte)((Echo is null ? 0 : EchoBit) | (Reduced is null ? 0 : ReducedBit));

    private byte FlagValue => (byte)((Echo is true ? EchoBit : 0) | (Reduced is true ? ReducedBit : 0));

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("ecn");
        PrintFlag(writer, "--ecn-tcp-ece", Echo);
        PrintFlag(writer, "--ecn-tcp-cwr", Reduced);
        if (Codepoint is { } codepoint)
        {
            writer.Not(NotCodepoint).Word("--ecn-ip-ect").Word($"{codepoint}");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("ECN match");
        ListFlag(writer, "ECE", Echo);
        ListFlag(writer, "CWR", Reduced);
        if (Codepoint is { } codepoint)
        {
            writer.Word($"{(NotCodepoint ? "!" : "")}ECT={codepoint}");
        }
    }

    public override MatchResult Evaluate(Packet packet)
    {
        if (Codepoint is { } codepoint && (packet.TrafficClass & CodepointMask) == codepoint == NotCodepoint)
        {
            return MatchResult.Miss;
        }

        ReadOnlySpan<byte> tcp = ProtocolBytes.Of(packet);
        bool matches = !AsksTcp || (tcp.Length >= TcpOptions.FixedSize && (tcp[FlagsAt] & FlagMask) == FlagValue);
        return matches ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        if (Codepoint is { } codepoint)
        {
            steps.Add(TrafficClassLowering.Lower(family, CodepointMask, codepoint, NotCodepoint));
        }

        if (AsksTcp)
        {
            // A number of no bits is 0 wherever the header is there to its last byte.
            steps.Add(new Require(new QuestionTest(new HeaderNumber(HeaderStart.Protocol, TcpOptions.FixedSize - 1, 1, 0, 0, 0))));
            steps.Add(new Require(new QuestionTest(new HeaderNumber(HeaderStart.Protocol, FlagsAt, 1, FlagMask, FlagValue, FlagValue))));
        }
    }

    private static void PrintFlag(RuleTextWriter writer, string option, bool? flag)
    {
        if (flag is { } set)
        {
            writer.Not(!set).Word(option);
        }
    }

    private static void ListFlag(RuleTextWriter writer, string name, bool? flag)
    {
        if (flag is { } set)
        {
            writer.Word(set ? name : "!" + name);
        }
    }

    private static bool HasItsProtocol(object state, Word place, ReadContext context)
    {
        bool fits = !((EcnMatch)state).AsksTcp || context.Protocol is { Negated: false, Number: ProtocolNames.Tcp };
        if (!fits)
        {
            context.Diagnostics.Report(ErrorCodes.WrongProtocol, place, "match ecn needs -p tcp for bits of TCP", "write -p tcp in this rule");
        }

        return fits;
    }
}
