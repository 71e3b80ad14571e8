using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.State;

namespace MiniFirewall.Engine.Commit;

/// <summary>A generation that the verifier has accepted and that no packet meets yet; nothing of it is pinned.</summary>
internal sealed class LoadedGeneration : IDisposable
{
    internal LoadedGeneration(
        ImmutableArray<CountedPlace> places, SlotPlan plan, CounterMaps counters, StoreMaps store, ImmutableDictionary<HookPoint, BpfProgram> programs)
    {
        Places = places;
        Plan = plan;
        Counters = counters;
        Store = store;
        Programs = programs;
    }

    internal ImmutableArray<CountedPlace> Places { get; }

    internal SlotPlan Plan { get; }

    internal CounterMaps Counters { get; }

    internal StoreMaps Store { get; }

    internal ImmutableDictionary<HookPoint, BpfProgram> Programs { get; }

    public void Dispose()
    {
        Counters.Dispose();
        Store.Dispose();
        foreach (BpfProgram program in Programs.Values)
        {
            program.Dispose();
        }
    }
}
