using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Sys.BpfCalls;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>One generation, found again from its pins.</summary>
internal sealed class GenerationState : IDisposable
{
    private const int InstructionSize = 8;

    private GenerationState(ulong number, DirectoryHandle directory, StoreMaps maps, RuleStore store, CounterMaps counters, SetState? sets)
    {
        Number = number;
        Directory = directory;
        Maps = maps;
        Store = store;
        Counters = counters;
        Sets = sets;
    }

    internal ulong Number { get; }

    internal DirectoryHandle Directory { get; }

    internal StoreMaps Maps { get; }

    internal RuleStore Store { get; }

    internal CounterMaps Counters { get; }

    /// <summary>The sets; null where the rules have none.</summary>
    internal SetState? Sets { get; }

    /// <summary>The rules, with what they have counted up to now.</summary>
    internal LoadedRuleSet Read()
    {
        StoredRuleSet stored = ReadStored();
        return new(stored, Number, Store.Header.AppliedAt, CountedPlaces.Of(stored.Rules), Counters.Read(stored.Slots, stored.Kept), ReadPrograms());
    }

    /// <summary>
    /// As <see cref="Read"/>, where only the named chain has rules, those of the family; null where there is no such chain, or where its
    /// rules cannot be read without the others.
    /// </summary>
    internal LoadedRuleSet? ReadChain(string name, Family family) =>
        Store.FindChain(name) is { } chain && StoredOneChain.Read(Store, chain, family, Sets?.Named ?? []) is { } stored
            ? new(stored, Number, Store.Header.AppliedAt, CountedPlaces.Of(stored.Rules), Counters.Read(stored.Slots, stored.Kept), ReadPrograms())
            : null;

    /// <summary>Sets counters to zero and returns what <see cref="Read"/> did before.</summary>
    internal LoadedRuleSet ResetCounters(Func<CountedPlace, bool> which)
    {
        StoredRuleSet stored = ReadStored();
        ImmutableArray<CountedPlace> places = CountedPlaces.Of(stored.Rules);
        ImmutableArray<Counters> counts = Counters.Read(stored.Slots, stored.Kept);
        WriteOffsets(() =>
        {
            Func<int, bool, Counters> raw = Counters.Raw();
            for (int i = 0; i < places.Length; i++)
            {
                if (which(places[i]))
                {
                    Counters.WriteOffset(stored.Slots[i], CounterMaps.Minus(default, raw(stored.Slots[i], stored.Kept[i])));
                }
            }
        });
        return new(stored, Number, Store.Header.AppliedAt, places, counts, ReadPrograms());
    }

    /// <summary>Sets the counters of one family in these slots to zero.</summary>
    internal void ResetCounters(IReadOnlyCollection<RuleSlots> slots, Family family) => WriteOffsets(() =>
    {
        Func<int, bool, Counters> raw = Counters.Raw();
        foreach (RuleSlots places in slots)
        {
            Counters.WriteOffset(places.Of(family), CounterMaps.Minus(default, raw(places.Of(family), places.IsKept(family))));
        }
    });

    /// <summary>Has rules that are to begin count from these on; nothing has been counted in their slots. A writer that was killed may have left offsets there.</summary>
    internal void BeginCounters(IReadOnlyCollection<(int Slot, Counters Given)> slots)
    {
        if (slots.Count == 0 || (Counters.Base is null && slots.All(slot => slot.Given == default)))
        {
            return;
        }

        WriteOffsets(() =>
        {
            foreach ((int slot, Counters given) in slots)
            {
                Counters.WriteOffset(slot, given);
            }
        });
    }

    /// <summary>The map of offsets is made where there is none, and seen by others when it is whole.</summary>
    private void WriteOffsets(Action write)
    {
        bool isNew = Counters.Base is null;
        if (isNew)
        {
            Counters.MakeBase();
        }

        write();
        if (isNew)
        {
            Counters.Base!.Pin(Directory.PathOf(PinNames.Base));
        }
    }

    /// <summary>Opens a generation; null where it is not there, or not any more.</summary>
    internal static GenerationState? TryOpen(DirectoryHandle parent, ulong number)
    {
        DirectoryHandle? directory = parent.TryOpenDirectory(PinNames.Generation(number));
        if (directory is null)
        {
            return null;
        }

        StoreMaps? maps = null;
        CounterMaps? counters = null;
        try
        {
            maps = StoreMaps.TryOpen(directory);
            counters = maps is null ? null : TryOpenCounters(directory);
            if (counters is not null)
            {
                return new(number, directory, maps!, maps!.OpenStore(), counters, SetState.TryOpen(directory));
            }
        }
        catch
        {
            counters?.Dispose();
            maps?.Dispose();
            directory.Dispose();
            throw;
        }

        maps?.Dispose();
        directory.Dispose();
        return null;
    }

    public void Dispose()
    {
        Sets?.Dispose();
        Counters.Dispose();
        Maps.Dispose();
        Directory.Dispose();
    }

    internal BpfProgram? TryOpenProgram(HookPoint point) => BpfProgram.TryOpen(Directory.PathOf(PinNames.Program(point)));

    internal ImmutableArray<LoadedProgram> ReadPrograms()
    {
        var programs = ImmutableArray.CreateBuilder<LoadedProgram>();
        foreach (HookPoint point in HookPoint.All)
        {
            using BpfProgram? program = TryOpenProgram(point);
            if (program is not null)
            {
                BpfProgramInfo info = program.Info();
                programs.Add(new(point, info.Id, (int)info.TranslatedLength / InstructionSize, (int)info.JitedLength));
            }
        }

        return programs.DrainToImmutable();
    }

    private StoredRuleSet ReadStored()
    {
        StoredRuleSet stored = WithEstimators(WithHosts(StoredRuleSet.Read(Store, Sets?.Named ?? [])));
        using BpfMap? tracking = TrackingSettings.TryOpen(Directory);
        return tracking is null
            ? stored
            : stored with { Rules = stored.Rules with { ConnectionSettings = TrackingSettings.ReadDeclared(TrackingSettings.Copy(tracking)) } };
    }

    /// <summary>The names that the generation was made with, each at its number, whatever rules have gone since.</summary>
    internal ImmutableArray<string> HostNames => [.. Store.Names.Where(name => name.IsLive).Select(name => name.Name).Distinct()];

    /// <summary>Live names with the addresses that they have now.</summary>
    private StoredRuleSet WithHosts(StoredRuleSet stored)
    {
        ImmutableArray<string> names = HostNames;
        using HostMap? hosts = names.IsEmpty ? null : HostMap.TryOpen(Directory);
        if (hosts is null)
        {
            return stored;
        }

        Dictionary<string, NameAddresses> known = names.Zip(hosts.Read(names.Length)).ToDictionary(host => host.First, host => host.Second);
        return stored with { Rules = LiveNames.WithAddresses(stored.Rules, known.GetValueOrDefault) };
    }

    private StoredRuleSet WithEstimators(StoredRuleSet stored) => stored with
    {
        Rules = stored.Rules with
        {
            Estimators = EstimatorIndex.Read(Directory).Where(entry => entry.Name.Length > 0).ToImmutableDictionary(entry => entry.Name, entry => entry.Settings),
        },
    };

    private static CounterMaps? TryOpenCounters(DirectoryHandle directory)
    {
        BpfMap? counters = BpfMap.TryOpen(directory.PathOf(PinNames.Counters));
        return counters is null
            ? null
            : new(counters, BpfMap.TryOpen(directory.PathOf(PinNames.Carried)), BpfMap.TryOpen(directory.PathOf(PinNames.Base)));
    }
}
