using System.Runtime.InteropServices;

namespace MiniFirewall.Sys;

/// <summary>What the kernel's clocks are set to.</summary>
public static partial class KernelTime
{
    /// <summary>CLOCK_MONOTONIC_COARSE: it moves with every tick.</summary>
    private const int TickingClock = 6;

    /// <summary>CLOCK_BOOTTIME: it goes on while the machine sleeps.</summary>
    private const int BootClock = 7;
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>SYS_gettimeofday; the C library's own function does not tell the time zone.</summary>
    private static readonly nint TimeOfDayNumber = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 96 : 169;

    /// <summary>Ticks a second (CONFIG_HZ), from the resolution of a clock that moves with them.</summary>
    public static int Hertz { get; } = ReadHertz();

    /// <summary>How far the kernel's time zone (sys_tz) is west of UTC, in minutes.</summary>
    public static int MinutesWest()
    {
        Span<int> zone = stackalloc int[2];
        return TimeOfDay(TimeOfDayNumber, 0, ref zone[0]) == 0 ? zone[0] : throw SystemCallException.FromLastError("gettimeofday");
    }

    /// <summary>Nanoseconds since the machine was started, sleep included (CLOCK_BOOTTIME).</summary>
    public static ulong SinceBoot()
    {
        Span<long> time = stackalloc long[2];
        return Time(BootClock, ref time[0]) == 0 ? ((ulong)time[0] * (ulong)NanosecondsPerSecond) + (ulong)time[1] : throw SystemCallException.FromLastError("clock_gettime");
    }

    private static int ReadHertz()
    {
        Span<long> resolution = stackalloc long[2];
        return Resolution(TickingClock, ref resolution[0]) == 0
            ? (int)Math.Round(NanosecondsPerSecond / resolution[1])
            : throw SystemCallException.FromLastError("clock_getres");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int Time(int clock, ref long seconds);

    [LibraryImport("libc", EntryPoint = "clock_getres", SetLastError = true)]
    private static partial int Resolution(int clock, ref long seconds);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint TimeOfDay(nint number, nint time, ref int zone);
}
