using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.State;

namespace MiniFirewall.Engine.Commit;

/// <summary>A generation that the verifier has accepted and that no packet meets yet; nothing of it is pinned.</summary>
internal sealed class LoadedGeneration : IDisposable
{
    internal LoadedGeneration(
        ImmutableArray<CountedPlace> places, SlotPlan plan, CounterMaps counters, StoreMaps store, LoadedSets? sets, LoadedRecentLists recent,
        LoadedEstimators estimators, ConnectionMaps? connections, HostMap? hosts,
        ImmutableArray<LoadedFamily> families)
    {
        Places = places;
        Plan = plan;
        Counters = counters;
        Store = store;
        Sets = sets;
        Recent = recent;
        Estimators = estimators;
        Connections = connections;
        Hosts = hosts;
        Families = families;
        Programs = families.SelectMany(family => family.Programs).ToImmutableDictionary();
    }

    internal ImmutableArray<CountedPlace> Places { get; }

    internal SlotPlan Plan { get; }

    internal CounterMaps Counters { get; }

    internal StoreMaps Store { get; }

    internal ImmutableArray<LoadedFamily> Families { get; }

    /// <summary>Null where the rules have no sets.</summary>
    internal LoadedSets? Sets { get; }

    internal LoadedRecentLists Recent { get; }

    internal LoadedEstimators Estimators { get; }

    /// <summary>Null where no rule asks for connection state, and nothing is set of it.</summary>
    internal ConnectionMaps? Connections { get; }

    /// <summary>Null where the rules have no live host names.</summary>
    internal HostMap? Hosts { get; }

    /// <summary>What chains behind the programs are to do with packets.</summary>
    internal ChainNeeds Chains { get; init; } = ChainNeeds.None;

    internal ImmutableDictionary<HookPoint, BpfProgram> Programs { get; }

    public void Dispose()
    {
        Counters.Dispose();
        Store.Dispose();
        Sets?.Dispose();
        Recent.Dispose();
        Estimators.Dispose();
        Connections?.Dispose();
        Hosts?.Dispose();
        foreach (LoadedFamily family in Families)
        {
            family.Dispose();
        }
    }
}
