using System.Diagnostics;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>Puts a dispatcher on a hook point of the calling thread's network namespace.</summary>
internal static class DispatcherAttachment
{
    private const int Busy = 16;

    /// <summary>
    /// The priority of iptables' filter table, and those right behind it: a BPF program is refused a priority that anybody
    /// has already, and on many hosts iptables or nft has the first.
    /// </summary>
    private const int FirstPriority = 0, LastPriority = 9;

    /// <summary>How long the kernel may take to let go of a link whose owner was killed just now.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    internal static BpfLink Attach(HookPoint point, SharedObjects shared)
    {
        using BpfProgram dispatcher = BpfProgram.Load(DispatcherCompiler.Compile(point.Hook, point.Family), KernelBtf.Types, shared.DispatcherMaps);
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (TryAttach(dispatcher, point) is { } link)
            {
                return link;
            }

            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new FirewallException(
                    FirewallFailure.Refused,
                    $"hook {point} has no free priority from {FirstPriority} to {LastPriority}; 'nft list hooks' and 'bpftool link show' tell who has them");
            }

            Thread.Sleep(1);
        }
    }

    private static BpfLink? TryAttach(BpfProgram dispatcher, HookPoint point)
    {
        for (int priority = FirstPriority; priority <= LastPriority; priority++)
        {
            try
            {
                return BpfLink.AttachNetfilter(dispatcher, point.Family, point.Hook, priority);
            }
            catch (SystemCallException e) when (e.Errno == Busy)
            {
                // Somebody is there; the next one is as good.
            }
        }

        return null;
    }
}
