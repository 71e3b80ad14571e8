using System.Collections.Concurrent;

namespace MiniFirewall.Sys;

/// <summary>
/// Debugging aid: while it is on, every descriptor's maker is noted, so that a test run can name who left one open or to
/// the finalizer. Off, it costs one test of a flag. Thread-safe.
/// </summary>
public static class DescriptorLedger
{
    // The value only tells two equal stacks apart: a stack's text is one object a descriptor.
    private static readonly ConcurrentDictionary<string, bool> Unclosed = new(ReferenceEqualityComparer.Instance);
    private static readonly ConcurrentQueue<string> Abandoned = new();
    private static volatile bool s_enabled;

    /// <summary>Turns it on; descriptors made before are not in it.</summary>
    public static void Enable() => s_enabled = true;

    /// <summary>The stack that made each descriptor which is still open, or was closed by the finalizer only.</summary>
    public static IReadOnlyList<string> Leaks() =>
    [
        .. Unclosed.Keys.Select(stack => "never closed, made" + stack),
        .. Abandoned.Select(stack => "left to the finalizer, made" + stack),
    ];

    internal static string? Opened()
    {
        if (!s_enabled)
        {
            return null;
        }

        string origin = "\n" + new System.Diagnostics.StackTrace(2, fNeedFileInfo: true);
        Unclosed[origin] = true;
        return origin;
    }

    internal static void Closed(string origin, bool byFinalizer)
    {
        Unclosed.TryRemove(origin, out _);
        if (byFinalizer)
        {
            Abandoned.Enqueue(origin);
        }
    }
}
