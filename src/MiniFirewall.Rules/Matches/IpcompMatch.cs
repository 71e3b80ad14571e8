using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m ipcomp: the compression parameter index of an IPComp header (net/netfilter/xt_ipcomp.c).</summary>
/// <param name="Indexes">Of 32 bits, as iptables has it, though a header's index has 16; 0 where none is asked for, as iptables has it too.</param>
/// <param name="IsReserved">--compres, which the kernel takes and never looks at.</param>
public sealed record IpcompMatch(SpiRange Indexes, bool IsReserved) : Match
{
    private const int HeaderSize = 4, IndexAt = 2;

    public static MatchGrammar Grammar { get; } = new("ipcomp", new IpcompMatch(new SpiRange(0, 0, false), false))
    {
        Protocol = ProtocolNames.Ipcomp,
        Options =
        [
            Option<IpcompMatch>.Value<SpiRange>(["ipcompspi"], SpiRange.Read, (m, range, not) => m with { Indexes = range with { Negated = not } }, negatable: true),
            Option<IpcompMatch>.Flag(["compres"], (m, _) => m with { IsReserved = true }),
        ],
    };

    public override string Name => "ipcomp";

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("ipcomp");
        if (Indexes == SpiRange.All)
        {
            // No option at all means index 0.
            writer.Word("--ipcompspi").Word($"{Indexes.Low}:{Indexes.High}");
        }

        Indexes.Print(writer, "--ipcompspi");
        if (IsReserved)
        {
            writer.Word("--compres");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("comp").Word(Indexes.ListText);
        if (IsReserved)
        {
            writer.Word("reserved");
        }
    }

    public override MatchResult Evaluate(Packet packet)
    {
        MatchResult header = TransportChecks.Evaluate(packet, HeaderSize);
        return header != MatchResult.Match ? header
            : Indexes.Contains(BinaryPrimitives.ReadUInt16BigEndian(packet.TransportBytes[IndexAt..])) ? MatchResult.Match
            : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        TransportChecks.Lower(steps, HeaderSize);
        SpiLowering.Lower(steps, new HeaderNumber(HeaderStart.Transport, IndexAt, 2, ushort.MaxValue, Indexes.Low, Indexes.High), Indexes);
    }
}
