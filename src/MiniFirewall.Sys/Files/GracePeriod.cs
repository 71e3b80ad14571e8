namespace MiniFirewall.Sys.Files;

/// <summary>
/// Waits until every BPF program that runs now has ended: Netfilter runs its hooks in an RCU read-side section, and
/// membarrier(MEMBARRIER_CMD_GLOBAL) is a whole RCU grace period (kernel/sched/membarrier.c).
/// </summary>
public static class GracePeriod
{
    private const int Global = 1;

    /// <summary>Blocks for some milliseconds.</summary>
    /// <exception cref="SystemCallException">EINVAL on a kernel with nohz_full CPUs, which has no such barrier.</exception>
    public static void Wait()
    {
        if (FileCalls.MemoryBarrier(SystemCallNumbers.MemoryBarrier, Global, 0, 0) != 0)
        {
            throw SystemCallException.FromLastError("membarrier(MEMBARRIER_CMD_GLOBAL)");
        }
    }
}
