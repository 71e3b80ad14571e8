using System.Buffers.Binary;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;

namespace MiniFirewall.Cli.Logging;

/// <summary>An event in words: what happened, to what packet, by which rule.</summary>
internal sealed record PacketEvent
{
    private const int PortsLength = 4, FlagsOffset = 13;

    /// <summary>As the programs reported it.</summary>
    public required EventRecord Record { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required EventKind Kind { get; init; }

    public required CountedPlaceName Place { get; init; }

    public required Hook Hook { get; init; }

    public required Family Family { get; init; }

    /// <summary>Empty where there is none.</summary>
    public required string In { get; init; }

    public required string Out { get; init; }

    /// <summary>Null where the header is cut.</summary>
    public string? Source { get; init; }

    public string? Destination { get; init; }

    /// <summary>Name, or number; null where the header is cut.</summary>
    public string? Protocol { get; init; }

    public int? SourcePort { get; init; }

    public int? DestinationPort { get; init; }

    /// <summary>TCP's flags, such as "SYN,ACK"; null for other packets.</summary>
    public string? Flags { get; init; }

    public int? IcmpType { get; init; }

    public int? IcmpCode { get; init; }

    public int? HopLimit { get; init; }

    public required int Length { get; init; }

    public required uint Mark { get; init; }

    /// <summary>Owner of the sending socket on this host.</summary>
    public uint? Uid { get; init; }

    /// <summary>The process that sent it, or that it is for, where one is known.</summary>
    public SendingProcess? Process { get; init; }

    /// <summary>LOG, DROP or INVALID.</summary>
    internal string What => Kind.ToString().ToUpperInvariant();

    internal static PacketEvent Of(EventRecord record, CountedPlaceName place, EventClock clock, SendingProcess? process)
    {
        var bare = new PacketEvent
        {
            Record = record,
            Process = process,
            Time = clock.At(record.MonotonicNanoseconds),
            Kind = record.Kind,
            Place = place,
            Hook = record.Hook,
            Family = record.Family,
            In = record.InInterface,
            Out = record.OutInterface,
            Length = record.Length,
            Mark = record.Mark,
            Uid = record.Uid,
        };
        var packet = new Packet(record.Family, record.Hook, record.Captured.Span);
        return packet.HeaderIsWhole ? bare.WithHeaders(packet) : bare;
    }

    private PacketEvent WithHeaders(Packet packet)
    {
        PacketEvent network = this with
        {
            Source = AddressText.Format(Family, packet.Source),
            Destination = AddressText.Format(Family, packet.Destination),
            HopLimit = packet.HopLimit,
        };
        TransportLocation transport = packet.Transport;
        if (transport.IsBroken)
        {
            return network;
        }

        network = network with { Protocol = IpProtocol.NameOf(transport.Protocol) ?? $"proto {transport.Protocol}" };
        return transport.FragmentOffset == 0 ? network.WithTransport(transport.Protocol, packet.TransportBytes) : network;
    }

    private PacketEvent WithTransport(byte protocol, ReadOnlySpan<byte> header)
    {
        if (header.Length < PortsLength)
        {
            return this;
        }

        if (protocol is IpProtocol.Icmp or IpProtocol.Icmpv6)
        {
            return this with { IcmpType = header[0], IcmpCode = header[1] };
        }

        return !IpProtocol.HasPorts(protocol) ? this : this with
        {
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(header),
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
            Flags = protocol == IpProtocol.Tcp && header.Length > FlagsOffset ? TcpFlagNames.Print((TcpFlags)header[FlagsOffset]) : null,
        };
    }
}
