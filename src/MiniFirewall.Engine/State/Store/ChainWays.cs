using MiniFirewall.Compiler;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// Which chains rules of one family go to in a store, without a look at the texts of its chunks: ways of chunks' rules that have ended since are
/// among them. So what is allowed here is allowed, and what is not may be all the same.
/// </summary>
internal sealed class ChainWays
{
    private readonly RuleStore _store;
    private readonly Family _family;
    private readonly HashSet<int>[] _targets;

    private ChainWays(RuleStore store, Family family, HashSet<int>[] targets) => (_store, _family, _targets) = (store, family, targets);

    internal static ChainWays Of(RuleStore store, Family family) => new(store, family, [.. store.Chains.Select((_, chain) => TargetsOf(store, family, chain))]);

    /// <summary>
    /// Whether a rule of one chain may go to another: a user chain, from where no way leads back, none is longer
    /// than programs can go, and no rule must not be met by packets of just any hook.
    /// </summary>
    internal bool Allow(int from, string to) =>
        _store.FindChain(to) is { } target && !_store.Chains[target].Chain.IsBuiltIn && _store.Chains[target].Chain.Families.Has(_family)
        && !ReachedFrom(target).Any(chain => chain == from || _store.Chains[chain].IsForSomeHooks)
        && LongestTo(from) + 1 + LongestFrom(target) <= ProgramSetCompiler.DeepestCall;

    private static HashSet<int> TargetsOf(RuleStore store, Family family, int chain)
    {
        IEnumerable<string> later = store.RulesOf(chain).Where(rule => rule.IsRecord && rule.Families.Has(family)).Select(rule => TargetNames.TargetOf(store.TextOf(rule))).OfType<string>();
        IEnumerable<int?> first = store.Chains[chain].Targets.Where(target => target.Families.Has(family)).Select(target => store.FindMadeChain(target.Chain));
        return [.. first.Concat(later.Select(store.FindChain)).OfType<int>()];
    }

    /// <summary>The chain itself, and those that it leads to.</summary>
    private HashSet<int> ReachedFrom(int chain)
    {
        HashSet<int> reached = [chain];
        List<int> left = [chain];
        for (int i = 0; i < left.Count; i++)
        {
            left.AddRange(_targets[left[i]].Where(reached.Add));
        }

        return reached;
    }

    private int LongestFrom(int chain) => Longest(chain, at => _targets[at], []);

    private int LongestTo(int chain) => Longest(chain, at => Enumerable.Range(0, _targets.Length).Where(from => _targets[from].Contains(at)), []);

    /// <summary>Ways on from the chain, one behind the other. There are no circles, and no more depth than the whole rule set was allowed.</summary>
    private static int Longest(int chain, Func<int, IEnumerable<int>> next, Dictionary<int, int> known)
    {
        if (!known.TryGetValue(chain, out int longest))
        {
            longest = next(chain).Select(other => 1 + Longest(other, next, known)).DefaultIfEmpty(0).Max();
            known.Add(chain, longest);
        }

        return longest;
    }
}
