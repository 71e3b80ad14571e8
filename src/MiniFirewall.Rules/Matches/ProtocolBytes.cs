using MiniFirewall.Packets;

namespace MiniFirewall.Rules.Matches;

/// <summary>What matches look at that do not ask for fragments.</summary>
internal static class ProtocolBytes
{
    /// <summary>
    /// The bytes from the protocol's offset on, as xtables has it: also in a later fragment, where it is behind IPv4's header, and
    /// IPv6's very beginning (net/ipv6/netfilter/ip6_tables.c leaves it at 0).
    /// </summary>
    internal static ReadOnlySpan<byte> Of(Packet packet) => packet.Transport.IsBroken ? default : packet.TransportBytes;
}
