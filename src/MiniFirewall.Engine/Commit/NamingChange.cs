using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Matches.Rates;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Engine.Commit;

/// <summary>What a staged change does to what rules name beside themselves (<see cref="NamingRules"/>).</summary>
internal sealed class NamingChange
{
    private const string Recent = "recent", Estimator = "rateest", Rates = "hashlimit";

    private readonly RuleSet _ended;
    private readonly ChainNeeds _endedNeeds;

    private NamingChange(RuleSet ended, RuleSet after)
    {
        _ended = ended;
        _endedNeeds = ChainNeeds.Of(ended);
        After = after;
        Needs = ChainNeeds.Of(after);
    }

    /// <summary>The naming rules once the change is in force, and no others.</summary>
    internal RuleSet After { get; }

    /// <summary>The chains that these rules need.</summary>
    internal ChainNeeds Needs { get; }

    /// <summary>Whether any rule that ends or begins names something.</summary>
    private bool ChangesNames { get; init; }

    /// <summary>Null where the rules cannot be read by themselves.</summary>
    /// <exception cref="FirewallException">They need more chains than there can be.</exception>
    internal static NamingChange? Of(GenerationState generation, RuleChange change)
    {
        RuleStore store = generation.Store;
        if (!change.Ended.Concat(change.Begun.Select(begun => begun.Stored)).Any(store.IsNaming))
        {
            return new(RuleSet.Empty, RuleSet.Empty);
        }

        StoredRule[] ended = [.. change.Ended.Where(store.IsNaming)];
        RuleSet? before = NamingRules.Read(store, generation.Sets?.Named ?? [], ended), after = NamingRules.Read(store, generation.Sets?.Named ?? [], change.Epoch);
        return before is null || after is null ? null : new(before, after) { ChangesNames = true };
    }

    /// <summary>What is named no more, that programs may go on knowing.</summary>
    internal NamesEnded Ends => new(
        Ended(Recent).Any(),
        Ended(Estimator).Any(),
        [.. Ended(Rates).Select(table => (table.Family!.Value, table.Name))],
        !_endedNeeds.Changes.IsEmpty && Needs.Changes.IsEmpty,
        !_endedNeeds.Tables.All.IsEmpty,
        _endedNeeds.Tables.HasTargets && !Needs.Tables.HasTargets);

    /// <summary>Whether the chains that the rules need are there. CAP_NET_ADMIN.</summary>
    internal bool HasChains => !ChangesNames || Needs.AreMet();

    /// <summary>The lists of recent addresses that the rules name.</summary>
    internal IReadOnlySet<string> RecentLists => After.MatchesOf<RecentMatch>().Select(match => match.ListName).ToHashSet();

    /// <summary>The lists of recent addresses that the rules name and that are not there, empty; null where a map that is there has too little room.</summary>
    internal IReadOnlyList<MapImage>? MissingLists(GenerationState generation)
    {
        RecentAddress[] questions = [.. After.MatchesOf<RecentMatch>().Select(match => match.Question)];
        List<MapImage> missing = [];
        using RecentMaps there = RecentMaps.Open(questions.Length == 0 ? null : generation.Directory);
        foreach (IGrouping<string, RecentAddress> list in questions.GroupBy(question => question.List))
        {
            int stamps = list.Max(question => question.StampsNeeded);
            if (there.MapFor(list.Key) is { } map && RecentLayout.StampsIn(map.ValueSize) < stamps)
            {
                return null;
            }

            if (!there.ByName.ContainsKey(list.Key))
            {
                missing.Add(RecentLayout.Empty(list.Key, stamps, list.First().Mask));
            }
        }

        return missing;
    }

    /// <summary>As <see cref="EstimatorChange.Missing"/>.</summary>
    internal IReadOnlyList<EstimatorEntry>? MissingEstimators(GenerationState generation) => EstimatorChange.Missing(After, generation);

    private IEnumerable<(string Kind, Family? Family, string Name)> Ended(string kind) => ListsOf(_ended).Except(ListsOf(After)).Where(list => list.Kind == kind);

    private static HashSet<(string Kind, Family? Family, string Name)> ListsOf(RuleSet rules)
    {
        HashSet<(string, Family?, string)> lists = [];
        foreach (Rule rule in rules.Chains.SelectMany(chain => chain.Rules))
        {
            lists.UnionWith(rule.Matches.OfType<RecentMatch>().Select(match => (Recent, (Family?)null, match.ListName)));
            lists.UnionWith(RateestMatch.EstimatorsIn(rule).Select(name => (Estimator, (Family?)null, name)));
            if (rule.Target is RateestTarget target)
            {
                lists.Add((Estimator, null, target.Estimator));
            }

            foreach (HashlimitMatch match in rule.Matches.OfType<HashlimitMatch>())
            {
                lists.UnionWith(DispatcherCompiler.Families.Where(family => rule.Families.Has(family)).Select(family => (Rates, (Family?)family, match.TableName)));
            }
        }

        return lists;
    }
}
