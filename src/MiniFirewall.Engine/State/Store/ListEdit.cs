using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// Turns the difference of two rule sets into a change of a store, where it is a few neighbouring rules of one chain, of whatever
/// family, that name no host and go to no chain. Everything else is for the whole rule set to be applied.
/// </summary>
internal static class ListEdit
{
    private const int Most = 64;

    /// <summary>Writes the change beside the rules in force; null where it cannot be done so.</summary>
    /// <param name="before">The rules of the store, as they were read from it; nobody has changed it since.</param>
    /// <param name="difference">Between them and those that were made of them.</param>
    internal static RuleChange? TryStage(RuleStore store, RuleSet before, ListDifference difference)
    {
        if (difference.Ended > Most || difference.Begun.Length > Most
            || !difference.Begun.All(IsSimple))
        {
            return null;
        }

        StoredRule[] rules = [.. store.RulesOf(difference.Chain)];
        if (rules.Length != before.Chains[difference.Chain].Rules.Length)
        {
            return null;
        }

        RuleChange change = store.Begin();
        if (TryBegin(store, change, difference, rules) && rules.AsSpan(difference.First, difference.Ended).ToArray().All(rule => change.TryDelete(rule, rule.Families)))
        {
            return change;
        }

        change.Abandon();
        return null;
    }

    private static bool IsSimple(Rule rule) => rule.Source is not HostName && rule.Destination is not HostName && rule.Target is not JumpTarget;

    /// <summary>The new rules stand behind those that end, and before what stays behind these.</summary>
    private static bool TryBegin(RuleStore store, RuleChange change, ListDifference difference, StoredRule[] rules)
    {
        if (difference.Begun.IsEmpty)
        {
            return true;
        }

        int behind = difference.First + difference.Ended;
        (uint low, uint high) = store.GapBefore(difference.Chain, behind < rules.Length ? rules[behind] : null);
        return RuleLabels.Between(low, high, difference.Begun.Length) is { } labels
            && difference.Begun.Zip(labels).All(put => TryAdd(store, change, difference.Chain, put.Second, put.First));
    }

    private static bool TryAdd(RuleStore store, RuleChange change, int chain, uint label, Rule rule) =>
        store.FreshSlots(rule.Families) is { } slots && change.TryAdd(chain, label, rule.Families, (rule with { Counters = null }).ToString(), slots, rule);
}
