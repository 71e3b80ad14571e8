using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>A rule that a change begins, for whoever keeps more of it than its text.</summary>
/// <param name="Rule">What it asks and does, with counters where they are given; null where it goes on for one family after it was ended for the other.</param>
/// <param name="Stored">Its place, its label and its families.</param>
internal sealed record BegunRule(Rule? Rule, StoredRule Stored, RuleSlots Slots);

/// <summary>
/// Turns a command into a change of a store, where that can be done without a look at the other rules: rules of one
/// family that name no host and may stand where packets come to them; the end of all rules of a chain, or of all chains,
/// where they are not too many; chains that come, go or are renamed. Everything else, and everything that is wrong, is for the whole rule set
/// to be read: so this has no errors of its own.
/// </summary>
internal static class RuleEdit
{
    /// <summary>A rule that ends is a look at its entries in the image; from here on making both anew is faster.</summary>
    private const int MostFlushed = 256;

    /// <summary>The same of rules that begin with one command, and of chains that end with it.</summary>
    private const int MostRules = 64;

    /// <summary>Writes the change beside the rules in force; null where it cannot be done so.</summary>
    internal static RuleChange? TryStage(RuleStore store, RuleCommand command)
    {
        if (command.Families is not (FamilySet.IPv4 or FamilySet.IPv6) || command.Rules.Length > MostRules
            || ChainsOf(store, command) is not { } chains || !command.Rules.All(IsSimple) || !MayStand(store, command, chains))
        {
            return null;
        }

        RuleChange change = store.Begin();
        if (TryStage(store, change, chains, command))
        {
            return change;
        }

        change.Abandon();
        return null;
    }

    private static bool TryStage(RuleStore store, RuleChange change, int[] chains, RuleCommand command) => command.Kind switch
    {
        RuleCommandKind.Append => TryPut(store, change, chains[0], null, command.Rules, command.Families),
        RuleCommandKind.Insert => TryInsert(store, change, chains[0], command),
        RuleCommandKind.Delete => TryDelete(store, change, chains[0], command),
        RuleCommandKind.Replace => TryReplace(store, change, chains[0], command),
        RuleCommandKind.Flush => TryFlush(store, change, chains, command),
        RuleCommandKind.NewChain => TryMakeChain(store, change, command.Chain!, command.Families),
        RuleCommandKind.DeleteChain => TryDeleteChains(store, change, chains, command),
        RuleCommandKind.RenameChain => TryRename(store, change, chains[0], command),
        _ => false,
    };

    /// <summary>
    /// The chains that the command names: of its family, one or all, none where it makes one; null where it names one that is
    /// not there, or makes one that is.
    /// </summary>
    private static int[]? ChainsOf(RuleStore store, RuleCommand command)
    {
        if (command.Kind == RuleCommandKind.NewChain)
        {
            return store.FindChain(command.Chain!) is { } other && store.Chains[other].Chain.Families.HasFlag(command.Families) ? null : [];
        }

        IEnumerable<int> all = Enumerable.Range(0, store.Chains.Length).Where(chain => (store.Chains[chain].Chain.Families & command.Families) != FamilySet.None);
        return command.Chain is not { } name ? [.. all] : store.FindChain(name) is { } found && all.Contains(found) ? [found] : null;
    }

    /// <summary>Where its rules go to chains, or are not for every hook. A rule that is looked for is there or not.</summary>
    private static bool MayStand(RuleStore store, RuleCommand command, int[] chains)
    {
        if (command.Kind == RuleCommandKind.Delete || !command.Rules.Any(rule => rule.Target is JumpTarget || HookBounds.RefusedBy(rule) != 0))
        {
            return true;
        }

        var ways = ChainWays.Of(store, FamilyOf(command));
        return command.Rules.All(rule => ways.MayStand(chains[0], rule))
            && command.Rules.Select(rule => rule.Target).OfType<JumpTarget>().Select(jump => jump.Chain).Distinct().All(target => ways.Allow(chains[0], target));
    }

    /// <summary>
    /// One that the other family has becomes one of both. Images know chains by the names that they were made with: where a renamed chain was made with this
    /// one, only names whose ways there and back are sure can do.
    /// </summary>
    private static bool TryMakeChain(RuleStore store, RuleChange change, string name, FamilySet families) => store.FindChain(name) is { } other
        ? change.TryShareChain(other, families)
        : (store.FindMadeChain(name) is null || TargetNames.MayTell(name)) && change.TryAddChain(name, families);

    /// <summary>
    /// Chains without rules, to which none go: one, or all but those of the hooks. Images keep what they have of them, which no packet comes to, and go
    /// on from there where a chain of the same name comes.
    /// </summary>
    private static bool TryDeleteChains(RuleStore store, RuleChange change, int[] chains, RuleCommand command)
    {
        Family family = FamilyOf(command);
        int[] ended = command.Chain is null ? [.. chains.Where(chain => !store.Chains[chain].Chain.IsBuiltIn)] : chains;
        return ended.Length <= MostRules && Array.TrueForAll(ended, chain => !store.Chains[chain].Chain.IsBuiltIn && store.Count(chain, family) == 0)
            && !ChainUse.IsAny(store, ended, family) && Array.TrueForAll(ended, chain => change.TryDeleteChain(chain, command.Families));
    }

    /// <summary>Only of chains that are not of both families, to a name that neither has.</summary>
    private static bool TryRename(RuleStore store, RuleChange change, int chain, RuleCommand command)
    {
        StoredChain stored = store.Chains[chain];
        return !stored.Chain.IsBuiltIn && stored.Chain.Families == command.Families && command.NewName is { } name && store.FindChain(name) is null
            && TargetNames.MayTell(name) && TargetNames.MayTell(stored.Chain.Name) && change.TryRenameChain(chain, name);
    }

    private static bool TryFlush(RuleStore store, RuleChange change, int[] chains, RuleCommand command)
    {
        Family family = FamilyOf(command);
        if (chains.Sum(chain => store.Count(chain, family)) > MostFlushed)
        {
            return false;
        }

        StoredRule[] rules = [.. chains.SelectMany(chain => store.RulesOf(chain)).Where(rule => rule.Families.Has(family))];
        return Array.TrueForAll(rules, rule => change.TryDelete(rule, command.Families));
    }

    private static bool IsSimple(Rule rule) =>
        rule.Source is not HostName && rule.Destination is not HostName
        && (rule.Target is not JumpTarget jump || jump.Chain.All(TargetNames.IsPlain));

    /// <summary>Each rule of a list goes to the same place, so the list ends up reversed, as iptables leaves it.</summary>
    private static bool TryInsert(RuleStore store, RuleChange change, int chain, RuleCommand command)
    {
        long number = command.Number ?? (command.HasNumber ? 0 : 1);
        StoredRule? before = number > 0 ? store.Find(chain, number, FamilyOf(command)) : null;
        bool isEnd = before is null && number > 0 && number == store.Count(chain, FamilyOf(command)) + 1;
        return (before is not null || isEnd) && TryPut(store, change, chain, before, command.Rules.Reverse(), command.Families);
    }

    /// <summary>The rule of a number, or each of a list, the first that is equal and not ended yet.</summary>
    private static bool TryDelete(RuleStore store, RuleChange change, int chain, RuleCommand command)
    {
        Family family = FamilyOf(command);
        return command.HasNumber
            ? Numbered(store, chain, command) is { } numbered && change.TryDelete(numbered, command.Families)
            : command.Rules.Length > 0 && command.Rules.All(rule => store.FindByText(chain, (rule with { Counters = null }).ToString(), family, change.Epoch) is { } found && change.TryDelete(found, command.Families));
    }

    private static bool TryReplace(RuleStore store, RuleChange change, int chain, RuleCommand command) =>
        command is { Number: not null, Rules: [var next] } && Numbered(store, chain, command) is { } rule
        && rule.Families == command.Families && change.TryDelete(rule, command.Families) && TryAdd(store, change, chain, rule.Label, next, command.Families);

    private static StoredRule? Numbered(RuleStore store, int chain, RuleCommand command) =>
        command.Number is { } number ? store.Find(chain, number, FamilyOf(command)) : null;

    /// <summary>Puts rules before another, or at the end.</summary>
    private static bool TryPut(RuleStore store, RuleChange change, int chain, StoredRule? before, IEnumerable<Rule> rules, FamilySet families)
    {
        Rule[] list = [.. rules];
        (uint low, uint high) = store.GapBefore(chain, before);
        return list.Length > 0 && RuleLabels.Between(low, high, list.Length) is { } labels
            && list.Zip(labels).All(put => TryAdd(store, change, chain, put.Second, put.First, families));
    }

    private static bool TryAdd(RuleStore store, RuleChange change, int chain, uint label, Rule rule, FamilySet families)
    {
        Rule begun = rule.For(families);
        return store.FreshSlots(families) is { } slots && change.TryAdd(chain, label, families, (begun with { Counters = null }).ToString(), slots, begun);
    }

    private static Family FamilyOf(RuleCommand command) => command.Families == FamilySet.IPv4 ? Family.IPv4 : Family.IPv6;
}
