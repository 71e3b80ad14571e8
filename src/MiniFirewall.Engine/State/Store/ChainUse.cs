using MiniFirewall.Packets;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// Whether rules in force go to chains. Texts of chunks are read of those chains only from where a rule went there when the generation was
/// made. A text that only ends like that of such a rule counts as one.
/// </summary>
internal static class ChainUse
{
    /// <summary>Whether a rule of the family goes to one of the chains.</summary>
    internal static bool IsAny(RuleStore store, IReadOnlyCollection<int> chains, Family family) =>
        Enumerable.Range(0, store.Chains.Length).Any(from => Leads(store, from, chains, family));

    private static bool Leads(RuleStore store, int from, IReadOnlyCollection<int> chains, Family family)
    {
        bool didLead = store.Chains[from].Targets.Any(target => target.Families.Has(family) && IsOne(store.FindMadeChain(target.Chain), chains));
        return store.RulesOf(from).Any(rule => rule.Families.Has(family) && (didLead || rule.IsRecord)
            && TargetNames.TargetOf(store.TextOf(rule)) is { } target && IsOne(store.FindChain(target), chains));
    }

    private static bool IsOne(int? chain, IReadOnlyCollection<int> chains) => chain is { } found && chains.Contains(found);
}
