using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

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
    /// than programs can go, and every rule may be met by packets of the hooks that come to this one.
    /// </summary>
    internal bool Allow(int from, string to) =>
        _store.FindChain(to) is { } target && !_store.Chains[target].Chain.IsBuiltIn && _store.Chains[target].Chain.Families.Has(_family)
        && Reached(target, Next) is var reached && !reached.Contains(from)
        && (HooksOf(from) & reached.Aggregate(0, (refused, chain) => refused | RefusedIn(chain))) == 0
        && Longest(from, Previous, []) + 1 + Longest(target, Next, []) <= ProgramSetCompiler.DeepestCall;

    /// <summary>Whether packets of all hooks that come to the chain may meet the rule.</summary>
    internal bool MayStand(int chain, Rule rule) => HookBounds.RefusedBy(rule) is var refused && (refused == 0 || (HooksOf(chain) & refused) == 0);

    private IEnumerable<int> Next(int chain) => _targets[chain];

    private IEnumerable<int> Previous(int chain) => Enumerable.Range(0, _targets.Length).Where(from => _targets[from].Contains(chain));

    /// <summary>The hooks (<see cref="HookBounds"/>) whose packets come to a chain.</summary>
    private int HooksOf(int chain) =>
        Reached(chain, Previous).Select(other => _store.Chains[other].Chain.Hook).OfType<Hook>().Aggregate(0, (hooks, hook) => hooks | HookBounds.Of(hook));

    private int RefusedIn(int chain) => _store.RulesOf(chain).Where(rule => rule.IsRecord && rule.Families.Has(_family))
        .Aggregate((int)_store.Chains[chain].RefusedHooks, (refused, rule) => refused | _store.RefusedHooksOf(rule));

    private static HashSet<int> TargetsOf(RuleStore store, Family family, int chain)
    {
        IEnumerable<string> later = store.RulesOf(chain).Where(rule => rule.IsRecord && rule.Families.Has(family)).Select(rule => TargetNames.TargetOf(store.TextOf(rule))).OfType<string>();
        IEnumerable<int?> first = store.Chains[chain].Targets.Where(target => target.Families.Has(family)).Select(target => store.FindMadeChain(target.Chain));
        return [.. first.Concat(later.Select(store.FindChain)).OfType<int>()];
    }

    /// <summary>The chain itself, and those that are next to it, and so on.</summary>
    private static HashSet<int> Reached(int chain, Func<int, IEnumerable<int>> next)
    {
        HashSet<int> reached = [chain];
        List<int> left = [chain];
        for (int i = 0; i < left.Count; i++)
        {
            left.AddRange(next(left[i]).Where(reached.Add));
        }

        return reached;
    }

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
