using System.Diagnostics;

namespace MiniFirewall.Cli.Logging;

/// <summary>Turns the kernel's monotonic time into the time of day.</summary>
internal sealed class EventClock
{
    private const long NanosecondsPerTick = 100;

    // .NET's Stopwatch reads CLOCK_MONOTONIC in nanoseconds on Linux.
    private readonly DateTimeOffset _boot = DateTimeOffset.Now.AddTicks(-Stopwatch.GetTimestamp() / NanosecondsPerTick);

    internal DateTimeOffset At(ulong monotonicNanoseconds) => _boot.AddTicks((long)monotonicNanoseconds / NanosecondsPerTick);
}
