using System.Collections.Immutable;
using System.Globalization;

namespace MiniFirewall.Engine.Handing;

/// <summary>The queues of the calling thread's network namespace that a program listens to (net/netfilter/nfnetlink_queue.c, seq_show).</summary>
internal static class QueueListeners
{
    /// <summary>One line a queue, its number first.</summary>
    private const string Path = "/proc/thread-self/net/netfilter/nfnetlink_queue";

    /// <summary>None where the kernel has no nfnetlink_queue.</summary>
    internal static ImmutableHashSet<int> Read()
    {
        try
        {
            return [.. File.ReadLines(Path).Select(line => int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
