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

/// <summary>-m esp: the security parameter index of an ESP header (net/netfilter/xt_esp.c).</summary>
public sealed record EspMatch(SpiRange Spis) : Match
{
    /// <summary>The fixed part: index and sequence number.</summary>
    private const int HeaderSize = 8;

    public static MatchGrammar Grammar { get; } = new("esp", new EspMatch(SpiRange.All))
    {
        Protocol = ProtocolNames.Esp,
        Options =
        [
            Option<EspMatch>.Value<SpiRange>(["espspi"], SpiRange.Read, (_, range, not) => new(range with { Negated = not }), negatable: true),
        ],
    };

    public override string Name => "esp";

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("esp");
        Spis.Print(writer, "--espspi");
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("esp");
        if (Spis.ListText is { Length: > 0 } spis)
        {
            writer.Word(spis);
        }
    }

    public override MatchResult Evaluate(Packet packet)
    {
        MatchResult header = TransportChecks.Evaluate(packet, HeaderSize);
        return header != MatchResult.Match ? header
            : Spis.Contains(BinaryPrimitives.ReadUInt32BigEndian(packet.TransportBytes)) ? MatchResult.Match
            : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        TransportChecks.Lower(steps, HeaderSize);
        SpiLowering.Lower(steps, new HeaderNumber(HeaderStart.Transport, 0, 4, uint.MaxValue, Spis.Low, Spis.High), Spis);
    }
}
