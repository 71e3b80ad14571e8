using MiniFirewall.Engine.Counting;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Cli.Iptables;

/// <summary>Which counters -Z sets to zero: of all chains, of a chain and its policy, or of one rule.</summary>
internal sealed class ZeroedPlaces(RuleCommand command, Family family)
{
    /// <summary>Whether a place is among them. Places are asked for in the order of the chains' rules.</summary>
    internal bool Contains(CountedPlace place) => place.Family == family
        && (command.Chain is null || command.Chain == place.Chain.Name)
        && (command.Number is null || (place.Rule is not null && NumberOf(place) == command.Number));

    /// <summary>A rule's number among those of the family.</summary>
    private int NumberOf(CountedPlace place) => place.Chain.Rules.Take(place.Number).Count(rule => rule.Families.Has(family));
}
