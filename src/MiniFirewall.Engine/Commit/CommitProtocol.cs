using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.Providers;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;
using MiniFirewall.Sys.Namespaces;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// Puts a loaded generation in force, step by step. Until the step "switch", which is one write of eight bytes, every
/// packet meets the generation before, and all that the other steps make is known as a leftover by its name. docs/state.md
/// says why each order is as it is.
/// </summary>
/// <param name="trial">How the generation goes on trial, or what it is to one that is running.</param>
internal sealed class CommitProtocol(
    DirectoryHandle pins, NetworkNamespace network, SharedObjects shared, GenerationState? running, LoadedGeneration next, Task grace, CommitTrial trial)
    : IDisposable
{
    private readonly List<IDisposable> _open = [];
    private DirectoryHandle? _directory;
    private DirectoryHandle? _generation;

    private HookAttachment Hooks { get; } = HookAttachment.Of(shared.Provider);

    internal ulong Number { get; } = trial.NextNumber;

    /// <summary>The steps in their order; a step may be asked for only after those before it have run.</summary>
    internal IEnumerable<CommitStep> Steps()
    {
        yield return new("make the namespace's directory", () => _directory = Opened(pins.MakeDirectory(network.Name)));
        if (shared.AreNew)
        {
            yield return new("pin control", () => shared.Control.Pin(_directory!.PathOf(PinNames.Control)));
            yield return new("pin programs", () => shared.Programs.Pin(_directory!.PathOf(PinNames.Programs)));
            yield return new("pin events", () => shared.Events.Pin(_directory!.PathOf(PinNames.Events)));
            if (shared.Answers is { } answers)
            {
                yield return new("pin answers", () => answers.Pin(_directory!.PathOf(PinNames.Answers)));
            }
        }

        foreach ((string name, BpfMap buffer) in shared.Occasional.Fresh)
        {
            yield return new($"pin {name}", () => buffer.Pin(_directory!.PathOf(name)));
        }

        foreach (CommitStep step in Hooks.AttachSteps(_directory!, shared, _open.Add).Concat(GenerationSteps()).Concat(SwitchSteps()))
        {
            yield return step;
        }
    }

    public void Dispose()
    {
        foreach (IDisposable item in _open)
        {
            item.Dispose();
        }
    }

    private IEnumerable<CommitStep> GenerationSteps()
    {
        yield return new("make the generation's directory", () => _generation = Opened(_directory!.MakeDirectory(PinNames.Generation(Number))));
        yield return new("pin rules", () => next.Store.Rules.Pin(_generation!.PathOf(PinNames.Rules)));
        yield return new("pin epoch", () => next.Store.Epoch.Pin(_generation!.PathOf(PinNames.Epoch)));
        yield return new("pin counters", () => next.Counters.Counters.Pin(_generation!.PathOf(PinNames.Counters)));
        foreach (LoadedFamily family in next.Families.Where(family => family.Image is not null))
        {
            string name = PinNames.Image(family.Family);
            yield return new($"pin {name}", () => family.Image!.Pin(_generation!.PathOf(name)));
        }

        foreach (LoadedFamily family in next.Families.Where(family => family.Memories is not null))
        {
            string name = PinNames.Memories(family.Family);
            yield return new($"pin {name}", () => family.Memories!.Pin(_generation!.PathOf(name)));
        }

        if (next.Counters.Base is { } offsets)
        {
            yield return new("pin base", () => offsets.Pin(_generation!.PathOf(PinNames.Base)));
        }

        if (next.Counters.Carried is { } carried)
        {
            yield return new("pin carried", () => carried.Pin(_generation!.PathOf(PinNames.Carried)));
        }

        if (next.Sets is { } sets)
        {
            foreach ((string name, BpfMap map) in sets.Pins)
            {
                yield return new($"pin {name}", () => map.Pin(_generation!.PathOf(name)));
            }
        }

        foreach (BpfMap table in next.Families.SelectMany(family => family.RateTables))
        {
            yield return new($"pin {table.Name}", () => table.Pin(_generation!.PathOf(table.Name)));
        }

        foreach ((string name, BpfMap map) in next.Recent.Pins.Concat(next.Estimators.Pins))
        {
            yield return new($"pin {name}", () => map.Pin(_generation!.PathOf(name)));
        }

        if (next.Hosts is { } hosts)
        {
            yield return new("pin hosts", () => hosts.Map.Pin(_generation!.PathOf(PinNames.Hosts)));
        }

        foreach (CommitStep step in ConnectionSteps())
        {
            yield return step;
        }

        foreach (CommitStep step in ChainSteps())
        {
            yield return step;
        }

        foreach (HookPoint point in HookPoint.All)
        {
            yield return new($"pin program {point}", () => next.Programs[point].Pin(_generation!.PathOf(PinNames.Program(point))));
        }
    }

    /// <summary>What a packet wants done behind the programs is there before the first one wants it.</summary>
    private IEnumerable<CommitStep> ChainSteps()
    {
        bool mapIsNew = shared.Occasional.IsFresh(PinNames.Changes);
        if (!next.Chains.Changes.IsEmpty)
        {
            yield return new("make chains that change packets", () => ChangeChains.Ensure(shared.Occasional.ByName[PinNames.Changes], next.Chains.Changes, mapIsNew));
        }

        if (!next.Chains.Tables.All.IsEmpty)
        {
            yield return new("make chains for the kernel's matches and targets", () => NeededTables.Ensure(next.Chains.Tables, shared.Occasional.ByName, shared.Occasional.IsFresh));
        }

        if (next.Chains.Tables.HasTargets)
        {
            foreach (CommitStep step in Hooks.GuardSteps(_directory!, shared.Occasional.ByName[PinNames.Changes], _open.Add))
            {
                yield return step;
            }
        }
    }

    /// <summary>A rule set on trial, or before one, may need what the other does not.</summary>
    private IEnumerable<CommitStep> EndChainSteps()
    {
        bool hadChanges = _directory!.Contains(PinNames.Changes);
        if (trial.Part != TrialPart.None || (!hadChanges && !_directory.Contains(PinNames.Findings)))
        {
            yield break;
        }

        if (hadChanges && next.Chains.Changes.IsEmpty)
        {
            yield return new("end chains that change packets", ChangeChains.Remove);
        }

        yield return new("end chains for the kernel's matches and targets", () => NeededTables.RemoveOthers(next.Chains.Tables));
        if (hadChanges && !next.Chains.Tables.HasTargets)
        {
            yield return new("end guards", () => Hooks.EndGuards(_directory!));
        }
    }

    /// <summary>Fragments are put together before the first packet is tracked: a later one has no ports.</summary>
    private IEnumerable<CommitStep> ConnectionSteps()
    {
        if (next.Connections is null)
        {
            yield break;
        }

        foreach ((string name, BpfMap map) in next.Connections.Pins)
        {
            yield return new($"pin {name}", () => map.Pin(_generation!.PathOf(name)));
        }

        if (next.Connections.Table is null)
        {
            yield break;
        }

        foreach (Family family in DispatcherCompiler.Families)
        {
            yield return Hooks.ReassemblyStep(family, running, () => _generation!, _open.Add);
        }
    }

    private IEnumerable<CommitStep> SwitchSteps()
    {
        yield return new("wait for a grace period", () => grace.GetAwaiter().GetResult());
        yield return new("write base", WriteOffsets);
        if (next.Estimators.HasNew)
        {
            yield return new("begin estimators", next.Estimators.Begin);
        }

        foreach (HookPoint point in HookPoint.All)
        {
            int slot = DispatcherCompiler.Slot(Number, point.Hook, point.Family);
            yield return new($"fill slot {point}", () => shared.Programs.SetProgram(slot, next.Programs[point]));
        }

        foreach (CommitStep step in trial.Steps(_directory!, shared, running))
        {
            yield return step;
        }

        bool changesSets = next.Sets?.Dynamic.HasChanges == true;
        if (changesSets)
        {
            yield return new("put elements into sets", next.Sets!.Dynamic.PutMissing);
        }

        ConnectionTransfer? transfer = next.Connections?.Before is null ? null : Opened(ConnectionTransfer.Open(next.Connections));
        if (transfer is not null)
        {
            yield return new("copy connections", transfer.Copy);
        }

        yield return new(CommitStep.Switch, () => trial.Switch(shared));
        if (changesSets)
        {
            yield return new("take elements out of sets", next.Sets!.Dynamic.RemoveOthers);
        }

        if (transfer is not null)
        {
            yield return new("copy late connections", transfer.CopyLate);
        }

        if (next.Connections?.Table is null)
        {
            yield return new("end reassembly", Hooks.EndReassembly);
        }

        foreach (CommitStep step in EndChainSteps())
        {
            yield return step;
        }

        yield return new("remove the generation before", RemoveBefore);
    }

    private void WriteOffsets()
    {
        if (next.Counters.Base is null)
        {
            return;
        }

        HashSet<int> keptByRunning = running is null ? [] : KeptBy(running);
        Func<int, bool, Counters>? carried = running?.Counters.OffsetsToCarryOn();
        Func<int, bool, Counters> raw = next.Counters.Raw();
        for (int i = 0; i < next.Places.Length; i++)
        {
            int slot = next.Plan.Slots[i];
            next.Counters.WriteOffset(slot, next.Plan.Kept[i]
                ? carried!(slot, keptByRunning.Contains(slot))
                : CounterMaps.Minus(next.Places[i].Given ?? default, raw(slot, false)));
        }
    }

    private static HashSet<int> KeptBy(GenerationState generation)
    {
        (ImmutableArray<int> slots, ImmutableArray<bool> kept) = StoredContents.Of(generation.Store).Slots();
        return slots.Where((_, i) => kept[i]).ToHashSet();
    }

    /// <summary>The new generation is in force: what cannot be removed now, the next writer removes.</summary>
    private void RemoveBefore()
    {
        try
        {
            Leftovers.Collect(pins, network.Name);
        }
        catch (SystemCallException)
        {
        }
    }

    private T Opened<T>(T item)
        where T : IDisposable
    {
        _open.Add(item);
        return item;
    }
}
