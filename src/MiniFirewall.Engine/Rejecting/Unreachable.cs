using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;

namespace MiniFirewall.Engine.Rejecting;

/// <summary>The "destination unreachable" that answers a packet and quotes it (net/ipv4/icmp.c icmp_send, net/ipv6/icmp.c icmp6_send).</summary>
internal static class Unreachable
{
    /// <summary>Bytes of the packet that are quoted: answers fit in what every host takes, 576 and 1280 bytes.</summary>
    private const int V4Quote = 576 - 20 - 8, V6Quote = 1280 - 40 - 8;

    private const byte V4Type = 3, V6Type = 1;

    /// <summary>IPTOS_TOS_MASK, and IPTOS_PREC_INTERNETCONTROL, which errors have (RFC 1812 section 4.3.2.5).</summary>
    private const byte ServiceMask = 0x1e, InternetControl = 0xc0;

    /// <summary>RTCF_LOCAL (include/uapi/linux/in_route.h).</summary>
    private const uint RouteLocal = 0x80000000;

    /// <summary>The loopback device of every namespace.</summary>
    private const int LoopbackIndex = 1;

    /// <summary>What the kernel takes for an error (net/ipv4/icmp.c, icmp_pointers), types nobody uses among them, and what is beyond its last type (NR_ICMP_TYPES).</summary>
    private static bool IsIcmpError(byte type) => type is (>= 1 and <= 7) or (>= 9 and <= 12) or > 18;

    /// <summary>Below 128 ICMPv6 has errors only.</summary>
    private static bool IsIcmpv6Error(byte type) => type < 128;

    /// <summary>Null for an error, for what is wrong by its checksum, and where there is no address to send from.</summary>
    internal static byte[]? Of(RejectedPacket packet, byte hopLimit, int scope, AnswerSource sourceFor) =>
        IsError(packet) || !packet.ChecksumAllowsError ? null
        : packet.Record.Family == Family.IPv4 ? V4(packet, hopLimit)
        : V6(packet, hopLimit, scope, sourceFor);

    /// <summary>A message whose type is cut is taken for an error.</summary>
    private static bool IsError(RejectedPacket packet) => packet.Record.Family == Family.IPv4
        ? packet.Protocol == IpProtocol.Icmp && (packet.Transport.IsEmpty || IsIcmpError(packet.Transport[0]))
        : packet.Protocol == IpProtocol.Icmpv6 && (packet.Transport.IsEmpty || IsIcmpv6Error(packet.Transport[0]));

    /// <summary>Sent from the address that was asked for, where it is one of this machine's; else the kernel chooses.</summary>
    private static byte[] V4(RejectedPacket packet, byte ttl)
    {
        uint source = (packet.Record.RouteFlags & RouteLocal) != 0 ? (uint)packet.Destination : 0;
        return new IPv4Header(source, (uint)packet.Source)
        {
            Ttl = ttl,
            TypeOfService = (byte)((packet.TrafficClass & ServiceMask) | InternetControl),
        }.Carry(new IcmpMessage(V4Type, V4Code(packet.Record.Answer)) { Payload = Quoted(packet, V4Quote) });
    }

    private static byte[]? V6(RejectedPacket packet, byte hopLimit, int scope, AnswerSource sourceFor)
    {
        bool isOurs = packet.Record.Hook == Hook.LocalIn || packet.Record.OutInterfaceIndex == LoopbackIndex;
        return (isOurs ? packet.Destination : sourceFor(packet.Source, scope)) is { } source
            ? new IPv6Header(source, packet.Source) { HopLimit = hopLimit }
                .Carry(new Icmpv6Message(V6Type, V6Code(packet.Record.Answer)) { Payload = Quoted(packet, V6Quote) })
            : null;
    }

    private static ImmutableArray<byte> Quoted(RejectedPacket packet, int most) => [.. packet.Bytes[..Math.Min(packet.Bytes.Length, most)]];

    private static byte V4Code(Answer answer) => answer switch
    {
        Answer.NetUnreachable => 0,
        Answer.HostUnreachable => 1,
        Answer.ProtocolUnreachable => 2,
        Answer.NetProhibited => 9,
        Answer.HostProhibited => 10,
        Answer.AdminProhibited => 13,
        _ => 3,
    };

    private static byte V6Code(Answer answer) => answer switch
    {
        Answer.NoRoute => 0,
        Answer.AdministrativelyProhibited => 1,
        Answer.AddressUnreachable => 3,
        Answer.PolicyFail => 5,
        Answer.RejectRoute => 6,
        _ => 4,
    };
}
