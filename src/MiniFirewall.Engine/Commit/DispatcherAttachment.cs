using System.Diagnostics;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;

namespace MiniFirewall.Engine.Commit;

/// <summary>Puts a dispatcher on a hook point of the calling thread's network namespace.</summary>
internal static class DispatcherAttachment
{
    /// <summary>
    /// The priority of iptables' filter table, and those right behind it: a BPF program is refused a priority that anybody
    /// has already, and on many hosts iptables or nft has the first.
    /// </summary>
    private static readonly FreePriority s_priority = new(0, 9);

    /// <summary>How long the kernel may take to let go of a link whose owner was killed just now.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    internal static BpfLink Attach(HookPoint point, SharedObjects shared)
    {
        using BpfProgram dispatcher = BpfProgram.Load(DispatcherCompiler.Compile(point.Hook, point.Family), KernelBtf.Types, shared.DispatcherMaps);
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (s_priority.TryAttach(dispatcher, point) is { } link)
            {
                return link;
            }

            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw s_priority.NoneIsFree(point);
            }

            Thread.Sleep(1);
        }
    }
}
