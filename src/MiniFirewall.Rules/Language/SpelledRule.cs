using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Language;

/// <summary>A rule as iptables has it, which knows no host names: one rule for each pair of addresses that the names had.</summary>
public static class SpelledRule
{
    /// <summary>
    /// The rules that one rule is for a family, sources outside and destinations inside (xtables' own order). A negated name
    /// of several addresses stays a name: no list of rules means the same.
    /// </summary>
    public static IEnumerable<Rule> Of(Rule rule, Family family)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule is { Source: not HostName, Destination: not HostName } ? [rule] : Pairs(rule, family);
    }

    private static IEnumerable<Rule> Pairs(Rule rule, Family family) =>
        from source in Spell(rule.Source, family)
        from destination in Spell(rule.Destination, family)
        select rule with { Source = source, Destination = destination };

    private static IEnumerable<AddressSpec?> Spell(AddressSpec? spec, Family family)
    {
        // A live name that has no address yet is one rule all the same: left out, it would be lost to who reads the text back.
        if (spec is not HostName name || name is { IsLive: true, IsKnown: false })
        {
            return [spec];
        }

        ImmutableArray<UInt128> addresses = family == Family.IPv4 ? name.V4 : name.V6;
        UInt128 mask = AddressNotation.PrefixMask(family, family == Family.IPv4 ? 32 : 128);
        return name.Negated && addresses.Length > 1 ? [name] : addresses.Select(address => new MaskedAddress(family, address, mask, name.Negated));
    }
}
