using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>Which of a packet's two ports a list is compared with.</summary>
public enum PortSide
{
    Source,
    Destination,
    Either,
}

/// <summary>-m multiport: one of a list of ports and port ranges (net/netfilter/xt_multiport.c).</summary>
public sealed record MultiportMatch(PortSide Side, ImmutableArray<NumberRange> Ports, bool Negated) : Match
{
    private const int BytesNeeded = 4;
    private const int MostPorts = 15;

    private static readonly byte[] Protocols =
        [ProtocolNames.Tcp, ProtocolNames.Udp, ProtocolNames.UdpLite, ProtocolNames.Sctp, ProtocolNames.Dccp];

    public static MatchGrammar Grammar { get; } = new("multiport", new MultiportMatch(PortSide.Either, [], false))
    {
        OneOf = ["sports", "dports", "ports"],
        MissingText = "multiport expection an option",
        Options =
        [
            PortList(["sports", "source-ports"], PortSide.Source),
            PortList(["dports", "destination-ports"], PortSide.Destination),
            PortList(["ports"], PortSide.Either),
        ],
    };

    public override string Name => "multiport";

    /// <summary>The rule's protocol, whose services' names ports are shown by.</summary>
    public byte Protocol { get; init; }

    private string OptionName => Side switch { PortSide.Source => "sports", PortSide.Destination => "dports", _ => "ports" };

    public bool Equals(MultiportMatch? other) =>
        other is not null && Side == other.Side && Protocol == other.Protocol && Negated == other.Negated && Ports.SequenceEqual(other.Ports);

    public override int GetHashCode() => HashCode.Combine(Side, Negated, Ports.Length);

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("multiport").Not(Negated).Word("--" + OptionName).Word(string.Join(',', Ports));
    }

    /// <summary>As upstream shows it: two blanks before '!'.</summary>
    public override void List(RuleTextWriter writer, ListStyle style)
    {
        var listing = new PortListing(style, ProtocolNames.Print(Protocol));
        string ports = string.Join(',', Ports.Select(listing.Show));
        writer.Word("multiport").Word(OptionName).Word(Negated ? " !" + ports : ports);
    }

    public override MatchResult Evaluate(Packet packet)
    {
        MatchResult header = TransportChecks.Evaluate(packet, BytesNeeded);
        if (header != MatchResult.Match)
        {
            return header;
        }

        ushort source = BinaryPrimitives.ReadUInt16BigEndian(packet.TransportBytes);
        ushort destination = BinaryPrimitives.ReadUInt16BigEndian(packet.TransportBytes[2..]);
        bool contains = Ports.Any(range =>
            (Side != PortSide.Destination && range.Contains(source)) || (Side != PortSide.Source && range.Contains(destination)));
        return contains != Negated ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        TransportChecks.Lower(steps, BytesNeeded);
        ImmutableArray<ValueRange> ranges = [.. Ports.Select(range => new ValueRange(range.Low, range.High))];
        steps.Add(new Require(Side switch
        {
            PortSide.Source => new RangeTest(Field.SourcePort, ranges, Negated),
            PortSide.Destination => new RangeTest(Field.DestinationPort, ranges, Negated),
            _ => new AnyOf([new RangeTest(Field.SourcePort, ranges), new RangeTest(Field.DestinationPort, ranges)], Negated),
        }));
    }

    private static OptionSpec PortList(string[] names, PortSide side) => Option<MultiportMatch>.Value<(byte Protocol, ImmutableArray<NumberRange> Ports)>(
        names, ReadPorts, (_, read, not) => new(side, read.Ports, not) { Protocol = read.Protocol }, negatable: true, group: "ports");

    private static bool ReadPorts(Word word, ReadContext context, out (byte Protocol, ImmutableArray<NumberRange> Ports) read)
    {
        read = (0, []);
        if (context.Protocol is not { Negated: false } protocol || !Protocols.Contains(protocol.Number))
        {
            context.Diagnostics.Report(
                ErrorCodes.WrongProtocol, word, "multiport needs a protocol that has ports",
                "write -p tcp, -p udp, -p udplite, -p sctp or -p dccp before -m multiport",
                Convention.Usage(context.Protocol is null
                    ? "multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'"
                    : "multiport only works with TCP, UDP, UDPLITE, SCTP and DCCP"));
            return false;
        }

        bool isRead = PortReaders.List(MostPorts)(word, context, out ImmutableArray<NumberRange> ports);
        read = (protocol.Number, ports);
        return isRead;
    }
}
