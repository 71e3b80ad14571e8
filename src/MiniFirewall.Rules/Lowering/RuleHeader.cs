using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Lowering;

/// <summary>
/// What every rule can ask of the network header, in the kernel's order: addresses, interfaces, protocol, fragment
/// (net/ipv4/netfilter/ip_tables.c ip_packet_match, net/ipv6/netfilter/ip6_tables.c ip6_packet_match).
/// </summary>
public static class RuleHeader
{
    private const int NameBytes = 16;

    /// <summary>The reference meaning, for a packet of a family that the rule holds for.</summary>
    public static MatchResult Evaluate(Rule rule, Packet packet)
    {
        bool passes = Matches(rule.Source, packet.Family, packet.Source)
            && Matches(rule.Destination, packet.Family, packet.Destination)
            && Matches(rule.InInterface, packet.InInterface)
            && Matches(rule.OutInterface, packet.OutInterface);
        if (!passes)
        {
            return MatchResult.Miss;
        }

        // A broken chain of extension headers has no protocol to compare: the packet is dropped.
        if (packet.Family == Family.IPv6 && rule.Protocol is not null && packet.Transport.IsBroken)
        {
            return MatchResult.Invalid;
        }

        bool isProtocol = rule.Protocol is null || (packet.Transport.Protocol == rule.Protocol.Number) != rule.Protocol.Negated;
        bool isFragment = rule.Fragment is null || (packet.Transport.FragmentOffset != 0) == rule.Fragment;
        return isProtocol && isFragment ? MatchResult.Match : MatchResult.Miss;
    }

    internal static void Lower(Rule rule, Family family, ImmutableArray<Step>.Builder steps)
    {
        LowerAddress(rule.Source, Field.Source, family, steps);
        LowerAddress(rule.Destination, Field.Destination, family, steps);
        LowerInterface(rule.InInterface, Field.InInterface, steps);
        LowerInterface(rule.OutInterface, Field.OutInterface, steps);
        if (rule.Protocol is { } protocol)
        {
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

    private static bool Matches(AddressSpec? spec, Family family, UInt128 address) => spec switch
    {
        null => true,
        MaskedAddress masked => ((address & masked.Mask) == masked.Address) != masked.Negated,
        HostName name => (family == Family.IPv4 ? name.V4 : name.V6).Contains(address) != name.Negated,
        _ => throw new NotSupportedException(spec.GetType().Name),
    };

    private static bool Matches(InterfaceSpec? spec, string name)
    {
        if (spec is null)
        {
            return true;
        }

        bool isNamed = spec.IsPrefix ? name.StartsWith(spec.Name, StringComparison.Ordinal) : name == spec.Name;
        return isNamed != spec.Negated;
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
