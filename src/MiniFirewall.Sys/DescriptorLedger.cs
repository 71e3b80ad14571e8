using System.Collections.Concurrent;
using System.Diagnostics;

namespace MiniFirewall.Sys;

/// <summary>
/// Debugging aid: while it is on, every descriptor's maker is noted, so that a test run can name who left one open or to
/// the finalizer. Off, it costs one test of a flag. Thread-safe.
/// </summary>
public static class DescriptorLedger
{
    // A set: each descriptor has a stack object of its own, and the value says nothing.
    private static readonly ConcurrentDictionary<StackTrace, bool> Unclosed = new(ReferenceEqualityComparer.Instance);
    private static readonly ConcurrentQueue<StackTrace> Abandoned = new();
    private static volatile bool s_enabled;

    /// <summary>Turns it on; descriptors made before are not in it.</summary>
    public static void Enable() => s_enabled = true;

    /// <summary>The stack that made each descriptor which is still open, or was closed by the finalizer only.</summary>
    public static IReadOnlyList<string> Leaks() =>
    [
        .. Unclosed.Keys.Select(stack => $"never closed, made\n{stack}"),
        .. Abandoned.Select(stack => $"left to the finalizer, made\n{stack}"),
    ];

    internal static StackTrace? Opened()
    {
        if (!s_enabled)
        {
            return null;
        }

        var origin = new StackTrace(2, fNeedFileInfo: false);
        Unclosed[origin] = true;
        return origin;
    }

    internal static void Closed(StackTrace origin, bool byFinalizer)
    {
        Unclosed.TryRemove(origin, out _);
        if (byFinalizer)
        {
            Abandoned.Enqueue(origin);
        }
    }
}
