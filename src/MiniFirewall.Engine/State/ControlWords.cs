using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.State;

/// <summary>
/// The map "control", mapped into memory: each word is read and written whole, and writing one never writes back a stale
/// copy of those that the programs write.
/// </summary>
internal sealed class ControlWords(BpfMap map) : IDisposable
{
    private readonly MappedMemory _memory = map.MapValues();

    /// <summary>The generation in force; 0 for none.</summary>
    internal ulong Generation => Word & WellKnownMaps.GenerationNumber;

    /// <summary>The generation in force, with what is said of it. The timer of a trial may write it at any time.</summary>
    internal ulong Word => _memory.ReadAcquire64(WellKnownMaps.ControlGeneration);

    /// <summary>The generation in force is on trial.</summary>
    internal bool IsOnTrial => (Word & WellKnownMaps.GenerationOnTrial) != 0;

    /// <summary>A trial is over, and the generation before it is in force again; until the next commit.</summary>
    internal bool IsBack => (Word & WellKnownMaps.GenerationInReserve) != 0;

    /// <summary>The highest number that a generation has had.</summary>
    internal ulong LastGeneration
    {
        get => _memory.ReadAcquire64(WellKnownMaps.ControlLastGeneration);
        set => _memory.WriteRelease64(WellKnownMaps.ControlLastGeneration, value);
    }

    /// <summary>Puts another generation in force, which is the commit; false where the one in force is not the expected one any more.</summary>
    internal bool TrySwitch(ulong expected, ulong word) =>
        _memory.CompareExchange64(WellKnownMaps.ControlGeneration, word, expected) == expected;

    /// <summary>No generation is in force from here on, whatever was.</summary>
    internal void EndGeneration() => _memory.WriteRelease64(WellKnownMaps.ControlGeneration, 0);

    /// <summary>Whether somebody wants to see dropped packets.</summary>
    internal bool Watched
    {
        set => _memory.WriteRelease64(WellKnownMaps.ControlWatchers, value ? 1UL : 0);
    }

    /// <summary>Events that found no room, since the maps were made.</summary>
    internal ulong LostEvents => _memory.ReadAcquire64(WellKnownMaps.ControlLostEvents);

    /// <summary>Until when somebody reads rejected packets: CLOCK_MONOTONIC, nanoseconds; 0 for nobody.</summary>
    internal ulong RejectsReadUntil
    {
        get => _memory.ReadAcquire64(WellKnownMaps.ControlRejectsReadUntil);
        set => _memory.WriteRelease64(WellKnownMaps.ControlRejectsReadUntil, value);
    }

    /// <summary>Rejected packets that found no room, since the maps were made.</summary>
    internal ulong LostRejects => _memory.ReadAcquire64(WellKnownMaps.ControlLostRejects);

    /// <summary>As <see cref="RejectsReadUntil"/>, of packets for netlink groups.</summary>
    internal ulong PacketsReadUntil
    {
        get => _memory.ReadAcquire64(WellKnownMaps.ControlPacketsReadUntil);
        set => _memory.WriteRelease64(WellKnownMaps.ControlPacketsReadUntil, value);
    }

    /// <summary>Packets for netlink groups that found no room, since the maps were made.</summary>
    internal ulong LostPackets => _memory.ReadAcquire64(WellKnownMaps.ControlLostPackets);

    public void Dispose() => ((IDisposable)_memory).Dispose();
}
