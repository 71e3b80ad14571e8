using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// The low half of the IPv6 source address is made of the Ethernet header's source address: ff:fe in its middle, the bit of
/// local addresses turned over (RFC 4291, appendix A; net/ipv6/netfilter/ip6t_eui64.c). No, without an Ethernet header.
/// </summary>
public sealed record SourceIsModifiedEui64 : Question
{
    private const ushort IPv6 = 0x86dd;

    public override ImmutableArray<Field> Reads => [Field.Source];

    public override bool Ask(Packet packet) =>
        packet.Link is { EtherType: IPv6 } link && (packet.Bytes[0] >> 4) == 6 && (ulong)packet.Source == Modified(link.Source);

    private static ulong Modified(ulong address) =>
        ((address >> 24) << 40 | 0xff_fe00_0000 | (address & 0xff_ffff)) ^ 0x0200_0000_0000_0000;
}
