using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.State;

/// <summary>
/// A generation's counter maps. What a place has counted is the sum of three: what its programs have counted ("counters",
/// shared with the generation before as long as there is room), what programs of the generation before counted in a map of
/// their own ("carried", for places that were kept, only after a change of maps), and an offset ("base", of this generation
/// only, written by user space only, and only there where some offset is not zero). So a switch needs no copying that packets
/// could run past.
/// </summary>
internal sealed class CounterMaps : IDisposable
{
    private const uint Mappable = 1 << 10; // BPF_F_MMAPABLE
    private const int PacketsAt = 0, BytesAt = 8;

    private MappedMemory? _offsets;

    internal CounterMaps(BpfMap counters, BpfMap? carried, BpfMap? offsets)
    {
        Counters = counters;
        Carried = carried;
        Base = offsets;
        _offsets = offsets?.MapValues();
    }

    internal BpfMap Counters { get; }

    internal BpfMap? Carried { get; }

    /// <summary>The map of offsets; null where all of them are zero.</summary>
    internal BpfMap? Base { get; private set; }

    internal static MapSpec BaseSpec(int capacity) =>
        new(PinNames.Base, MapType.Array, 4, WellKnownMaps.CounterSize, capacity) { Flags = Mappable };

    /// <summary>What the slots have counted.</summary>
    internal ImmutableArray<Counters> Read(ImmutableArray<int> slots, ImmutableArray<bool> kept)
    {
        // Offsets are read first: a count that is set to zero meanwhile may come out too high by what it was, never below zero.
        Counters[] counts = [.. slots.Select(Offset)];
        Func<int, bool, Counters> raw = Raw();
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = Plus(counts[i], raw(slots[i], kept[i]));
        }

        return [.. counts];
    }

    /// <summary>What the programs have counted in a slot, and, where it was kept, those of the generation before.</summary>
    internal Func<int, bool, Counters> Raw()
    {
        var counted = new CounterSums(Counters);
        CounterSums? carried = Carried is null ? null : new(Carried);
        return (slot, kept) => kept && carried is not null ? Plus(counted[slot], carried[slot]) : counted[slot];
    }

    /// <summary>The offset that goes on with what a kept slot has, for a generation that shares "counters" but not "carried".</summary>
    internal Func<int, bool, Counters> OffsetsToCarryOn()
    {
        CounterSums? carried = Carried is null ? null : new(Carried);
        return (slot, kept) => kept && carried is not null ? Plus(Offset(slot), carried[slot]) : Offset(slot);
    }

    /// <summary>Makes the map of offsets, which nobody else sees until it is pinned.</summary>
    internal void MakeBase()
    {
        Base = BpfMap.Create(BaseSpec(Counters.MaxEntries * CounterSums.PerElement(Counters)));
        _offsets = Base.MapValues();
    }

    /// <summary>Two's complement: an offset may be below zero.</summary>
    internal void WriteOffset(int slot, Counters offset)
    {
        _offsets!.WriteRelease64((slot * WellKnownMaps.CounterSize) + PacketsAt, offset.Packets);
        _offsets.WriteRelease64((slot * WellKnownMaps.CounterSize) + BytesAt, offset.Bytes);
    }

    public void Dispose()
    {
        ((IDisposable?)_offsets)?.Dispose();
        Counters.Dispose();
        Carried?.Dispose();
        Base?.Dispose();
    }

    internal static Counters Minus(Counters left, Counters right) => new(unchecked(left.Packets - right.Packets), unchecked(left.Bytes - right.Bytes));

    private Counters Offset(int slot) => _offsets is null ? default : new(
        _offsets.ReadAcquire64((slot * WellKnownMaps.CounterSize) + PacketsAt), _offsets.ReadAcquire64((slot * WellKnownMaps.CounterSize) + BytesAt));

    private static Counters Plus(Counters left, Counters right) => new(unchecked(left.Packets + right.Packets), unchecked(left.Bytes + right.Bytes));
}
