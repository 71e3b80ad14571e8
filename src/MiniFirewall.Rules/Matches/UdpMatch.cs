using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m udp: the ports of a UDP header (net/netfilter/xt_tcpudp.c, udp_mt).</summary>
public sealed record UdpMatch : Match
{
    private const int HeaderSize = 8;

    /// <summary>Unlike -m tcp, -m udp takes a service's name of any protocol (getaddrinfo).</summary>
    private static readonly string[] AnyProtocol = ["tcp", "udp", "sctp", "dccp"];

    public static MatchGrammar Grammar { get; } = new("udp", new UdpMatch())
    {
        Protocol = ProtocolNames.Udp,
        Options =
        [
            Option<UdpMatch>.Value<NumberRange>(["sport", "source-port"], PortReaders.Range("udp", AnyProtocol), (m, range, not) => m with { SourcePorts = range, NotSource = not }, negatable: true),
            Option<UdpMatch>.Value<NumberRange>(["dport", "destination-port"], PortReaders.Range("udp", AnyProtocol), (m, range, not) => m with { DestinationPorts = range, NotDestination = not }, negatable: true),
        ],
    };

    public override string Name => "udp";

    public NumberRange SourcePorts { get; init; } = NumberRange.All;

    public bool NotSource { get; init; }

    public NumberRange DestinationPorts { get; init; } = NumberRange.All;

    public bool NotDestination { get; init; }

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("udp");
        TcpMatch.PrintPorts(writer, "--sport", SourcePorts, NotSource);
        TcpMatch.PrintPorts(writer, "--dport", DestinationPorts, NotDestination);
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("udp");
        TcpMatch.ListPorts(writer, "spt", style, "udp", SourcePorts, NotSource);
        TcpMatch.ListPorts(writer, "dpt", style, "udp", DestinationPorts, NotDestination);
    }

    public override MatchResult Evaluate(Packet packet)
    {
        MatchResult header = TransportChecks.Evaluate(packet, HeaderSize);
        if (header != MatchResult.Match)
        {
            return header;
        }

        ReadOnlySpan<byte> udp = packet.TransportBytes;
        bool matches = SourcePorts.Contains(BinaryPrimitives.ReadUInt16BigEndian(udp)) != NotSource
            && DestinationPorts.Contains(BinaryPrimitives.ReadUInt16BigEndian(udp[2..])) != NotDestination;
        return matches ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        TransportChecks.Lower(steps, HeaderSize);
        TransportChecks.LowerRange(steps, Field.SourcePort, SourcePorts, NotSource);
        TransportChecks.LowerRange(steps, Field.DestinationPort, DestinationPorts, NotDestination);
    }
}
