namespace MiniFirewall.Packets;

/// <summary>The result of looking for a packet's transport header.</summary>
/// <param name="IsBroken">The IPv6 extension chain cannot be walked to its end: a rule with a protocol drops such a packet (ip6_packet_match's hotdrop).</param>
/// <param name="Protocol">The transport protocol number; 0 where broken.</param>
/// <param name="Offset">Offset of the transport header from the network header, bytes; 0 for an IPv6 non-first fragment.</param>
/// <param name="FragmentOffset">Zero for a whole packet and a first fragment. IPv4: in 8-byte units; IPv6: in bytes (the kernel's own units).</param>
public readonly record struct TransportLocation(bool IsBroken, byte Protocol, int Offset, int FragmentOffset)
{
    public static TransportLocation Broken => new(true, 0, 0, 0);
}
