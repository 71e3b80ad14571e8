using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.State;

namespace MiniFirewall.Engine.Commit;

/// <summary>A generation that the verifier has accepted and that no packet meets yet; nothing of it is pinned.</summary>
internal sealed class LoadedGeneration : IDisposable
{
    internal LoadedGeneration(
        ImmutableArray<CountedPlace> places, SlotPlan plan, CounterMaps counters, BpfMap text, LoadedSets? sets, ImmutableDictionary<HookPoint, BpfProgram> programs)
    {
        Places = places;
        Plan = plan;
        Counters = counters;
        Text = text;
        Sets = sets;
        Programs = programs;
    }

    internal ImmutableArray<CountedPlace> Places { get; }

    internal SlotPlan Plan { get; }

    internal CounterMaps Counters { get; }

    internal BpfMap Text { get; }

    /// <summary>Null where the rules have no sets.</summary>
    internal LoadedSets? Sets { get; }

    internal ImmutableDictionary<HookPoint, BpfProgram> Programs { get; }

    public void Dispose()
    {
        Counters.Dispose();
        Text.Dispose();
        Sets?.Dispose();
        foreach (BpfProgram program in Programs.Values)
        {
            program.Dispose();
        }
    }
}
