using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>The interface that a type of address is asked for.</summary>
public enum AddressScope
{
    Anywhere,
    ThroughIn,
    ThroughOut,
}

/// <summary>
/// The type of the packet's source or destination is one of a set (net/netfilter/xt_addrtype.c). IPv4: as the kernel's local table
/// has it. IPv6: each of the set's types must hold; multicast, unicast and unspecified are said by the address, local by the local
/// table, and the interface does not count.
/// </summary>
/// <param name="Types">The sum of 1 &lt;&lt; <see cref="AddressType"/>.</param>
public sealed record AddressTypeIn(bool IsSource, AddressScope Scope, ushort Types) : Question
{
    public override ImmutableArray<Field> Reads => [IsSource ? Field.Source : Field.Destination];

    public override Question Code => new AddressTypeIn(IsSource, Scope, 0);

    public override ulong Argument => Types;

    public override bool Ask(Packet packet)
    {
        AddressTypes types = IsSource ? packet.SourceTypes : packet.DestinationTypes;
        return packet.Family == Family.IPv4
            ? Has(Scope switch
            {
                AddressScope.ThroughIn => types.ThroughIn,
                AddressScope.ThroughOut => types.ThroughOut,
                _ => types.Anywhere,
            })
            : AskIPv6(IsSource ? packet.Source : packet.Destination, types.Anywhere);
    }

    private bool AskIPv6(UInt128 address, AddressType type)
    {
        bool isMulticast = address >> 120 == 0xff, isMapped = address >> 32 == 0xffff;
        return (!Has(AddressType.Multicast) || isMulticast)
            && (!Has(AddressType.Unicast) || !(isMulticast || isMapped || address == 0))
            && (!Has(AddressType.Unspecified) || address == 0)
            && (!Has(AddressType.Local) || type == AddressType.Local);
    }

    private bool Has(AddressType type) => (Types >> (int)type & 1) != 0;
}
