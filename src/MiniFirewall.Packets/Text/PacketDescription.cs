using System.Diagnostics.CodeAnalysis;

namespace MiniFirewall.Packets.Text;

/// <summary>
/// A packet in words: <c>in eth0 tcp 203.0.113.9:50000 10.0.0.5:22 [syn] [new|established|related|invalid|untracked] [reply]</c>, <c>out eth0 …</c>,
/// <c>forward eth0 eth1 …</c>; IPv6 ends are <c>[2001:db8::1]:22</c>. Protocols: tcp, udp, udplite, sctp, dccp, icmp, icmpv6
/// and others by name, or <c>proto N</c>. Further words, in any order: an ICMP type by name or as <c>TYPE[/CODE]</c>,
/// <c>flags SYN,ACK</c>, <c>len N</c> (bytes from the network header on), <c>ttl N</c>, <c>mark N</c>, <c>frag N</c>
/// (8-byte units; 0 is a first fragment). Without them: TCP is the first SYN of a connection (ACK when established), ICMP
/// asks for an echo, the source port is 50000, ttl 64, no payload.
/// </summary>
public sealed record PacketDescription(Packet Packet)
{
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out PacketDescription? description,
        [NotNullWhen(false)] out DescriptionError? error)
    {
        var parser = new DescriptionParser(text);
        description = parser.Parse() is { } draft ? new(draft.ToPacket()) : null;
        error = parser.Error;
        return description is not null;
    }

    /// <summary>
    /// One line for people. It parses back to a packet with the same meaning where every header is whole and plain; a
    /// packet that words cannot tell has "cut" or "broken" in its line.
    /// </summary>
    public static string Print(Packet packet) => DescriptionPrinter.Print(packet);
}
