using System.Buffers.Binary;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>What the map of a trial says.</summary>
/// <param name="BackTo">The word that puts the generation before in force.</param>
/// <param name="Deadline">When, in nanoseconds of CLOCK_BOOTTIME.</param>
internal sealed record TrialState(ulong BackTo, ulong Deadline, TrialKind Kind)
{
    /// <summary>Null where there is none.</summary>
    internal static TrialState? TryRead(DirectoryHandle directory)
    {
        using BpfMap? map = BpfMap.TryOpen(directory.PathOf(PinNames.Trial));
        if (map is null)
        {
            return null;
        }

        Span<byte> key = stackalloc byte[4], value = stackalloc byte[TrialTimer.ValueSize];
        key.Clear();
        map.TryLookup(key, value);
        return new(Number(value, TrialTimer.BackTo), Number(value, TrialTimer.Deadline), (TrialKind)Number(value, TrialTimer.Kind));
    }

    /// <summary>What is left of it; nothing where the timer is about to run.</summary>
    internal TimeSpan Left => TimeSpan.FromTicks((long)(Deadline - Math.Min(KernelTime.SinceBoot(), Deadline)) / TimeSpan.NanosecondsPerTick);

    private static ulong Number(ReadOnlySpan<byte> value, int at) => BinaryPrimitives.ReadUInt64LittleEndian(value[at..]);
}
