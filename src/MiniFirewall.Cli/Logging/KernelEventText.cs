using System.Globalization;
using MiniFirewall.Engine.Logging;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Cli.Logging;

/// <summary>Events as the kernel's own LOG writes them; a drop, which the kernel does not log, begins with what dropped it.</summary>
internal static class KernelEventText
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The line, without level and time.</summary>
    internal static string Of(PacketEvent packet)
    {
        string prefix = packet.Place.Log?.Prefix ?? $"{$"{packet.What} {packet.Place.Text}".TrimEnd()}: ";
        return KernelLine.Of(packet.Record, prefix, packet.Place.Log?.Details ?? LogDetails.None);
    }

    /// <summary>The line as dmesg shows it, with the seconds since the machine was started.</summary>
    internal static string WithTime(PacketEvent packet)
    {
        ulong time = packet.Record.MonotonicNanoseconds;
        string seconds = string.Create(CultureInfo.InvariantCulture, $"{time / NanosecondsPerSecond}.{time % NanosecondsPerSecond / 1000:d6}");
        return $"[{seconds,12}] {Of(packet)}";
    }
}
