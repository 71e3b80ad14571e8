using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Analysis;

/// <summary>What a rule asks of the network header (ip_packet_match, ip6_packet_match), in the kernel's order.</summary>
internal static class HeaderMeaning
{
    internal static MatchResult Evaluate(Rule rule, Packet packet)
    {
        if (WaitsForAddress(rule, rule.Source) || WaitsForAddress(rule, rule.Destination)
            || !Holds(rule.Source, packet.Source, packet.Family) || !Holds(rule.Destination, packet.Destination, packet.Family)
            || !Holds(rule.InInterface, packet.InInterface) || !Holds(rule.OutInterface, packet.OutInterface))
        {
            return MatchResult.Miss;
        }

        // Only a rule with a protocol looks for the transport header, and so only it meets a broken extension chain.
        if (rule.Protocol is { } protocol)
        {
            if (packet.Transport.IsBroken)
            {
                return MatchResult.Invalid;
            }

            if (packet.Transport.Protocol == protocol.Number == protocol.Negated)
            {
                return MatchResult.Miss;
            }
        }

        return rule.Fragment is null || rule.Fragment == (packet.Transport.FragmentOffset != 0) ? MatchResult.Match : MatchResult.Miss;
    }

    private static bool WaitsForAddress(Rule rule, AddressSpec? spec) =>
        spec is HostName { IsLive: true, IsKnown: false } name && LiveNames.WaitsForAddress(rule, name);

    private static bool Holds(AddressSpec? spec, UInt128 address, Family family) => spec switch
    {
        null => true,
        MaskedAddress masked => (address & masked.Mask) == masked.Address != masked.Negated,
        HostName host => Addresses(host, family).Contains(address) != host.Negated,
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec, "an unknown kind of address"),
    };

    private static ImmutableArray<UInt128> Addresses(HostName host, Family family) => family == Family.IPv4 ? host.V4 : host.V6;

    /// <summary>A '+' name matches by prefix; the absent interface has the empty name.</summary>
    private static bool Holds(InterfaceSpec? spec, string name) => spec is null
        || (spec.IsPrefix ? name.StartsWith(spec.Name, StringComparison.Ordinal) : name == spec.Name) != spec.Negated;
}
