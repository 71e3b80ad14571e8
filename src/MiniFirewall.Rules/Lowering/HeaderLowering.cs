using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Lowering;

/// <summary>
/// The compiled meaning of what every rule can ask of the network header, in the kernel's order: addresses, interfaces,
/// protocol, fragment (net/ipv4/netfilter/ip_tables.c ip_packet_match, net/ipv6/netfilter/ip6_tables.c ip6_packet_match).
/// </summary>
internal static class HeaderLowering
{
    private const int NameBytes = 16;

    internal static void Lower(Rule rule, Family family, ImmutableArray<Step>.Builder steps)
    {
        LowerAddress(rule.Source, Field.Source, family, steps);
        LowerAddress(rule.Destination, Field.Destination, family, steps);
        LowerInterface(rule.InInterface, Field.InInterface, steps);
        LowerInterface(rule.OutInterface, Field.OutInterface, steps);
        if (rule.Protocol is { } protocol)
        {
            // A broken chain of extension headers has no protocol to compare: the packet is dropped.
            if (family == Family.IPv6)
            {
                steps.Add(new DropWhen(FieldTest.Equal(Field.ChainBroken, 1)));
            }

            steps.Add(new Require(FieldTest.Equal(Field.Protocol, protocol.Number, protocol.Negated)));
        }

        if (rule.Fragment is { } fragment)
        {
            steps.Add(new Require(FieldTest.Equal(Field.FragmentOffset, 0, negated: fragment)));
        }
    }

    private static void LowerAddress(AddressSpec? spec, Field field, Family family, ImmutableArray<Step>.Builder steps)
    {
        if (spec is MaskedAddress masked)
        {
            steps.Add(new Require(new FieldTest(field, masked.Mask, masked.Address, masked.Negated)));
        }
        else if (spec is HostName name)
        {
            ImmutableArray<UInt128> addresses = family == Family.IPv4 ? name.V4 : name.V6;
            steps.Add(new Require(new RangeTest(field, [.. addresses.Select(address => new ValueRange(address, address))], name.Negated)));
        }
    }

    /// <summary>A whole name is compared with the zero byte that ends it, a beginning without.</summary>
    private static void LowerInterface(InterfaceSpec? spec, Field field, ImmutableArray<Step>.Builder steps)
    {
        if (spec is null)
        {
            return;
        }

        byte[] name = Encoding.UTF8.GetBytes(spec.Name);
        int compared = spec.IsPrefix ? name.Length : name.Length + 1;
        UInt128 value = 0, mask = 0;
        for (int i = 0; i < NameBytes; i++)
        {
            value = (value << 8) | (i < name.Length ? name[i] : 0u);
            mask = (mask << 8) | (i < compared ? 0xffu : 0u);
        }

        steps.Add(new Require(new FieldTest(field, mask, value, spec.Negated)));
    }
}
