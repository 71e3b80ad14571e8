using MiniFirewall.Bpf;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys;
using MiniFirewall.Sys.BpfCalls;

namespace MiniFirewall.Engine.Commit;

/// <summary>A BPF program is refused a priority that anybody has already on its hook: of several that are as good it gets the first free one.</summary>
internal sealed record FreePriority(int First, int Last)
{
    private const int Busy = 16;

    /// <summary>Puts the program on a hook of the calling thread's network namespace; null where somebody has each priority.</summary>
    internal BpfLink? TryAttach(BpfProgram program, HookPoint point, NetfilterLinkFlags flags = NetfilterLinkFlags.None)
    {
        for (int priority = First; priority <= Last; priority++)
        {
            try
            {
                return BpfLink.AttachNetfilter(program, point.Family, point.Hook, priority, flags);
            }
            catch (SystemCallException e) when (e.Errno == Busy)
            {
                // Somebody is there; the next one is as good.
            }
        }

        return null;
    }

    /// <exception cref="FirewallException">Somebody has each priority.</exception>
    internal BpfLink Attach(BpfProgram program, HookPoint point, NetfilterLinkFlags flags = NetfilterLinkFlags.None) =>
        TryAttach(program, point, flags) ?? throw NoneIsFree(point);

    internal FirewallException NoneIsFree(HookPoint point) => new(
        FirewallFailure.Refused,
        $"hook {point} has no free priority from {First} to {Last}; 'nft list hooks' and 'bpftool link show' tell who has them");
}
