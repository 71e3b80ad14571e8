using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Engine.State.Store;

/// <summary>Looks for the rules that a command describes, without a look at the texts of others.</summary>
internal static class RuleSearch
{
    internal static (bool Chain, bool Rules) Holds(RuleStore store, RuleCommand command)
    {
        Family family = command.Families == FamilySet.IPv6 ? Family.IPv6 : Family.IPv4;
        return store.FindChain(command.Chain!) is { } chain && store.Chains[chain].Chain.Families.Has(family)
            ? (true, command.Rules.All(rule => store.FindByText(chain, rule.ToString(), family) is not null))
            : (false, false);
    }
}
