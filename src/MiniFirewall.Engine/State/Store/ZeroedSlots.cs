using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Engine.State.Store;

/// <summary>The counters that -Z sets to zero, found without a look at rules' texts.</summary>
internal static class ZeroedSlots
{
    /// <summary>Those of all chains, of a chain and its policy, or of one rule; null where the command names what is not there.</summary>
    internal static List<RuleSlots>? Of(RuleStore store, RuleCommand command)
    {
        Family family = command.Families == FamilySet.IPv6 ? Family.IPv6 : Family.IPv4;
        if (command.Chain is not { } name)
        {
            return [.. Enumerable.Range(0, store.Chains.Length).Where(chain => store.Chains[chain].Chain.Families.Has(family)).SelectMany(chain => OfChain(store, chain, family))];
        }

        if (store.FindChain(name) is not { } found || !store.Chains[found].Chain.Families.Has(family))
        {
            return null;
        }

        return !command.HasNumber ? [.. OfChain(store, found, family)]
            : command.Number is { } number && store.Find(found, number, family) is { } rule ? [store.SlotsOf(rule)]
            : null;
    }

    private static IEnumerable<RuleSlots> OfChain(RuleStore store, int chain, Family family)
    {
        IEnumerable<RuleSlots> rules = store.RulesOf(chain).Where(rule => rule.Families.Has(family)).Select(store.SlotsOf);
        return store.Chains[chain].Chain.IsBuiltIn ? rules.Prepend(store.Chains[chain].Policies) : rules;
    }
}
