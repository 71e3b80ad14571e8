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

    /// <summary>The priority of iptables' filter table; no two BPF programs may share one.</summary>
    private const int Priority = 0;

    /// <summary>How long the kernel may take to let go of a link whose owner was killed just now.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    internal static BpfLink Attach(HookPoint point, SharedObjects shared)
    {
        using BpfProgram dispatcher = BpfProgram.Load(DispatcherCompiler.Compile(point.Hook, point.Family), KernelBtf.Types, shared.DispatcherMaps);
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return BpfLink.AttachNetfilter(dispatcher, point.Family, point.Hook, Priority);
            }
            catch (SystemCallException e) when (e.Errno == Busy)
            {
                if (Stopwatch.GetElapsedTime(start) > Patience)
                {
                    throw new FirewallException(
                        FirewallFailure.Refused, $"another BPF program holds hook {point} at priority {Priority} (bpftool link shows it)", e);
                }

                Thread.Sleep(1);
            }
        }
    }
}
