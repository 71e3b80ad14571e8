using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Lowering;

/// <summary>
/// The compiled meaning of what every rule can ask of the network header, in the kernel's order: addresses, interfaces,
/// protocol, fragment (net/ipv4/netfilter/ip_tables.c ip_packet_match, net/ipv6/netfilter/ip6_tables.c ip6_packet_match).
/// </summary>
internal static class HeaderLowering
{
    internal static void Lower(Rule rule, Family family, LiveNames names, ImmutableArray<Step>.Builder steps)
    {
        LowerAddress(rule.Source, Field.Source, family, steps);
        LowerAddress(rule.Destination, Field.Destination, family, steps);
        LowerInterface(rule.InInterface, Field.InInterface, steps);
        LowerInterface(rule.OutInterface, Field.OutInterface, steps);

        LowerMarks(rule.Source, Field.SourceNames, names, steps);
        LowerMarks(rule.Destination, Field.DestinationNames, names, steps);

        // Questions cost more than tests do: all tests that drop nothing come before them.
        if (family == Family.IPv4)
        {
            LowerProtocol(rule, steps);
            LowerFragment(rule, steps);
        }

        LowerLive(rule, rule.Source, HostSide.Source, names, steps);
        LowerLive(rule, rule.Destination, HostSide.Destination, names, steps);
        if (family == Family.IPv6)
        {
            // A broken chain of extension headers has no protocol to compare: the packet is dropped.
            if (rule.Protocol is not null)
            {
                steps.Add(new DropWhen(FieldTest.Equal(Field.ChainBroken, 1)));
            }

            LowerProtocol(rule, steps);
            LowerFragment(rule, steps);
        }
    }

    private static void LowerProtocol(Rule rule, ImmutableArray<Step>.Builder steps)
    {
        if (rule.Protocol is { } protocol)
        {
            steps.Add(new Require(FieldTest.Equal(Field.Protocol, protocol.Number, protocol.Negated)));
        }
    }

    private static void LowerFragment(Rule rule, ImmutableArray<Step>.Builder steps)
    {
        if (rule.Fragment is { } fragment)
        {
            steps.Add(new Require(FieldTest.Equal(Field.FragmentOffset, 0, negated: fragment)));
        }
    }

    /// <summary>
    /// The packet's address has the name's mark. A mark that is not the name's alone proves nothing but that an address without
    /// it is none of the name's.
    /// </summary>
    private static void LowerMarks(AddressSpec? spec, Field field, LiveNames names, ImmutableArray<Step>.Builder steps)
    {
        if (spec is HostName { IsLive: true } name && (names.AreMarksAll || !name.Negated))
        {
            ulong mark = names.MarkOf(name);
            steps.Add(new Require(new FieldTest(field, mark, mark, name.Negated)));
        }
    }

    /// <summary>What marks do not say.</summary>
    private static void LowerLive(Rule rule, AddressSpec? spec, HostSide side, LiveNames names, ImmutableArray<Step>.Builder steps)
    {
        if (spec is not HostName { IsLive: true } name)
        {
            return;
        }

        if (LiveNames.WaitsForAddress(rule, name))
        {
            steps.Add(new Require(new QuestionTest(names.Ask(name, HostSide.Either))));
        }

        if (!names.AreMarksAll)
        {
            steps.Add(new Require(new QuestionTest(names.Ask(name, side), name.Negated)));
        }
    }

    private static void LowerAddress(AddressSpec? spec, Field field, Family family, ImmutableArray<Step>.Builder steps)
    {
        if (spec is MaskedAddress masked)
        {
            steps.Add(new Require(new FieldTest(field, masked.Mask, masked.Address, masked.Negated)));
        }
        else if (spec is HostName { IsLive: false } name)
        {
            ImmutableArray<UInt128> addresses = family == Family.IPv4 ? name.V4 : name.V6;
            steps.Add(new Require(new RangeTest(field, [.. addresses.Select(address => new ValueRange(address, address))], name.Negated)));
        }
    }

    private static void LowerInterface(InterfaceSpec? spec, Field field, ImmutableArray<Step>.Builder steps)
    {
        if (spec is not null)
        {
            (UInt128 value, UInt128 mask) = InterfaceNames.Compared(spec);
            steps.Add(new Require(new FieldTest(field, mask, value, spec.Negated)));
        }
    }
}
