using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
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
/// only, written by user space only). So a switch needs no copying that packets could run past.
/// </summary>
internal sealed class CounterMaps : IDisposable
{
    private const uint Mappable = 1 << 10; // BPF_F_MMAPABLE
    private const int PacketsAt = 0, BytesAt = 8;

    private readonly MappedMemory _offsets;

    internal CounterMaps(BpfMap counters, BpfMap? carried, BpfMap offsets)
    {
        Counters = counters;
        Carried = carried;
        Base = offsets;
        _offsets = offsets.MapValues();
    }

    internal BpfMap Counters { get; }

    internal BpfMap? Carried { get; }

    internal BpfMap Base { get; }

    internal static MapSpec BaseSpec(int capacity) =>
        new(PinNames.Base, MapType.Array, 4, WellKnownMaps.CounterSize, capacity) { Flags = Mappable };

    /// <summary>What the slots have counted.</summary>
    internal ImmutableArray<Counters> Read(ImmutableArray<int> slots, ImmutableArray<bool> kept) =>
        [.. slots.Select((slot, i) => Read(slot, kept[i]))];

    /// <summary>Makes a slot's count <paramref name="value"/> from now on.</summary>
    internal void Set(int slot, bool kept, Counters value) => WriteOffset(slot, Minus(value, Raw(slot, kept)));

    /// <summary>The offset that goes on with what a kept slot has, for a generation that shares "counters" but not "carried".</summary>
    internal Counters OffsetToCarryOn(int slot, bool kept) =>
        kept && Carried is not null ? Plus(Offset(slot), Sum(Carried, slot)) : Offset(slot);

    /// <summary>Two's complement: an offset may be below zero.</summary>
    internal void WriteOffset(int slot, Counters offset)
    {
        _offsets.WriteRelease64((slot * WellKnownMaps.CounterSize) + PacketsAt, offset.Packets);
        _offsets.WriteRelease64((slot * WellKnownMaps.CounterSize) + BytesAt, offset.Bytes);
    }

    public void Dispose()
    {
        ((IDisposable)_offsets).Dispose();
        Counters.Dispose();
        Carried?.Dispose();
        Base.Dispose();
    }

    private Counters Read(int slot, bool kept)
    {
        // The offset is read first: a count that is set to zero meanwhile may come out too high by what it was, never below zero.
        Counters offset = Offset(slot);
        return Plus(offset, Raw(slot, kept));
    }

    private Counters Raw(int slot, bool kept)
    {
        Counters counted = Sum(Counters, slot);
        return kept && Carried is not null ? Plus(counted, Sum(Carried, slot)) : counted;
    }

    private Counters Offset(int slot) => new(
        _offsets.ReadAcquire64((slot * WellKnownMaps.CounterSize) + PacketsAt), _offsets.ReadAcquire64((slot * WellKnownMaps.CounterSize) + BytesAt));

    private static Counters Sum(BpfMap map, int slot)
    {
        var key = new byte[map.KeySize];
        var element = new byte[map.ElementSize];
        BinaryPrimitives.WriteInt32LittleEndian(key, slot);
        map.TryLookup(key, element);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(element);
        var sum = new Counters(0, 0);
        for (int i = 0; i < words.Length; i += map.CpuStride / sizeof(ulong))
        {
            sum = Plus(sum, new(words[i], words[i + 1]));
        }

        return sum;
    }

    private static Counters Plus(Counters left, Counters right) => new(unchecked(left.Packets + right.Packets), unchecked(left.Bytes + right.Bytes));

    private static Counters Minus(Counters left, Counters right) => new(unchecked(left.Packets - right.Packets), unchecked(left.Bytes - right.Bytes));
}
