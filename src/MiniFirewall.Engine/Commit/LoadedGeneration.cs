using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.State;

namespace MiniFirewall.Engine.Commit;

/// <summary>A generation that the verifier has accepted and that no packet meets yet; nothing of it is pinned.</summary>
internal sealed class LoadedGeneration : IDisposable
{
    internal LoadedGeneration(
        ImmutableArray<CountedPlace> places, SlotPlan plan, CounterMaps counters, BpfMap text, BpfMap epoch, ImmutableArray<LoadedFamily> families)
    {
        Places = places;
        Plan = plan;
        Counters = counters;
        Text = text;
        Epoch = epoch;
        Families = families;
        Programs = families.SelectMany(family => family.Programs).ToImmutableDictionary();
    }

    internal ImmutableArray<CountedPlace> Places { get; }

    internal SlotPlan Plan { get; }

    internal CounterMaps Counters { get; }

    internal BpfMap Text { get; }

    /// <summary>The epoch of the generation's records.</summary>
    internal BpfMap Epoch { get; }

    internal ImmutableArray<LoadedFamily> Families { get; }

    internal ImmutableDictionary<HookPoint, BpfProgram> Programs { get; }

    public void Dispose()
    {
        Counters.Dispose();
        Text.Dispose();
        Epoch.Dispose();
        foreach (LoadedFamily family in Families)
        {
            family.Dispose();
        }
    }
}
