using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>A rule's -p, and the protocol whose own matches it makes possible (0: none).</summary>
internal readonly record struct ProtocolText(string Text, byte Matchable);

internal static class ProtocolGen
{
    /// <summary>The mobility header's number.</summary>
    internal const byte Mobility = 135;

    private static readonly Gen<ProtocolText> None = Gen.OneOf(
        new ProtocolText("", 0), new("", 0), new("-p all", 0));

    private static readonly Gen<ProtocolText> Transport = Gen.OneOf(
        new ProtocolText("-p tcp", IpProtocol.Tcp), new("-p tcp", IpProtocol.Tcp), new("-p 6", IpProtocol.Tcp),
        new("-p udp", IpProtocol.Udp), new("-p udp", IpProtocol.Udp), new("-p udplite", IpProtocol.UdpLite),
        new("-p sctp", IpProtocol.Sctp), new("-p 33", IpProtocol.Dccp));

    private static readonly Gen<ProtocolText> Other = Gen.OneOf(
        new ProtocolText("! -p tcp", 0), new("! -p udp", 0), new("-p esp", IpProtocol.Esp), new("-p ipcomp", IpProtocol.Compression), new("-p 59", 0), new("-p 47", 0),
        new("! -p 132", 0), new("-p 253", 0));

    /// <summary>ICMP belongs to one family, so it only stands in rules that say theirs.</summary>
    internal static Gen<ProtocolText> For(FamilySet families) => families switch
    {
        FamilySet.IPv4 => Gen.Frequency((4, None), (8, Transport), (2, Other), (3, Icmp)),
        FamilySet.IPv6 => Gen.Frequency((4, None), (8, Transport), (2, Other), (3, Icmpv6), (1, Gen.Const(new ProtocolText("-p mh", Mobility)))),
        _ => Gen.Frequency((4, None), (8, Transport), (2, Other)),
    };

    private static Gen<ProtocolText> Icmp { get; } = Gen.OneOf(
        new ProtocolText("-p icmp", IpProtocol.Icmp), new("-p 1", IpProtocol.Icmp), new("! -p icmp", 0), new("-p ah", IpProtocol.Authentication));

    private static Gen<ProtocolText> Icmpv6 { get; } = Gen.OneOf(
        new ProtocolText("-p icmpv6", IpProtocol.Icmpv6), new("-p ipv6-icmp", IpProtocol.Icmpv6), new("! -p 58", 0));
}
