using System.Runtime.CompilerServices;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Testing.Oracle;

/// <summary>Whether a whole rule holds for a packet, written down once more, from ip_packet_match and ip6_packet_match.</summary>
internal static class RuleReading
{
    /// <summary>Of hosts with hundreds of addresses, which many packets are compared with.</summary>
    private static readonly ConditionalWeakTable<HostName, HashSet<UInt128>[]> s_addresses = [];

    internal static MatchResult Judge(Rule rule, Packet packet)
    {
        if (!Holds(rule.Source, packet.Source, packet.Family) || !Holds(rule.Destination, packet.Destination, packet.Family)
            || !Holds(rule.InInterface, packet.InInterface) || !Holds(rule.OutInterface, packet.OutInterface))
        {
            return MatchResult.Miss;
        }

        if (rule.Protocol is { } protocol)
        {
            if (packet.Transport.IsBroken)
            {
                return MatchResult.Invalid;
            }

            if (protocol.Negated == (protocol.Number == packet.Transport.Protocol))
            {
                return MatchResult.Miss;
            }
        }

        if (rule.Fragment is { } later && later == (packet.Transport.FragmentOffset == 0))
        {
            return MatchResult.Miss;
        }

        foreach (Match match in rule.Matches)
        {
            MatchResult result = match.Evaluate(packet);
            if (result != MatchResult.Match)
            {
                return result;
            }
        }

        return MatchResult.Match;
    }

    private static bool Holds(AddressSpec? spec, UInt128 address, Family family) => spec switch
    {
        null => true,
        MaskedAddress masked => masked.Negated != ((address & masked.Mask) == masked.Address),
        HostName host => host.Negated != s_addresses.GetValue(host, AddressesOf)[family == Family.IPv4 ? 0 : 1].Contains(address),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, "an unknown kind of address"),
    };

    private static HashSet<UInt128>[] AddressesOf(HostName host) => [[.. host.V4], [.. host.V6]];

    private static bool Holds(InterfaceSpec? spec, string name)
    {
        if (spec is null)
        {
            return true;
        }

        bool same = spec.IsPrefix ? name.AsSpan().StartsWith(spec.Name, StringComparison.Ordinal) : name == spec.Name;
        return same != spec.Negated;
    }
}
