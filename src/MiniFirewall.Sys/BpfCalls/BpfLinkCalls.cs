namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Link commands of bpf(2). <c>about</c> names the object in errors.</summary>
public static class BpfLinkCalls
{
    /// <summary>BPF_NETFILTER (include/uapi/linux/bpf.h, enum bpf_attach_type).</summary>
    public const uint AttachTypeNetfilter = 45;

    private const int NoEntry = -2, TryAgain = -11;

    /// <summary>
    /// Puts a netfilter program on a hook of the calling thread's network namespace, until the descriptor and all pins of
    /// the link are gone. Kernel 6.4, CONFIG_NETFILTER_BPF_LINK; CAP_NET_ADMIN, CAP_BPF.
    /// </summary>
    public static FileDescriptor CreateNetfilter(FileDescriptor program, byte family, byte hook, int priority, uint flags, string about)
    {
        var attributes = new LinkCreateAttributes
        {
            prog_fd = program.Number,
            attach_type = AttachTypeNetfilter,
            netfilter = new NetfilterPlace { pf = family, hooknum = hook, priority = priority, flags = flags },
        };
        int result = BpfSystemCall.Run(BpfCommand.BPF_LINK_CREATE, ref attributes, about);
        GC.KeepAlive(program);
        return new(result);
    }

    /// <summary>The kernel's number of the link that follows one, 0 for the first; null behind the last. Links of all namespaces. CAP_SYS_ADMIN.</summary>
    public static uint? NextId(uint after)
    {
        var attributes = new IdAttributes { start_id = after };
        int result = BpfSystemCall.Try(BpfCommand.BPF_LINK_GET_NEXT_ID, ref attributes);
        return result switch
        {
            0 => attributes.next_id,
            NoEntry => null,
            _ => throw BpfSystemCall.Refusal(BpfCommand.BPF_LINK_GET_NEXT_ID, -result, $"after {after}"),
        };
    }

    /// <summary>
    /// Opens a link by its number; null where it has gone, or is being made and is not on its hook yet (kernel/bpf/syscall.c, bpf_link_by_id).
    /// CAP_SYS_ADMIN.
    /// </summary>
    public static FileDescriptor? TryOpen(uint id)
    {
        var attributes = new IdAttributes { start_id = id };
        int result = BpfSystemCall.Try(BpfCommand.BPF_LINK_GET_FD_BY_ID, ref attributes);
        return result switch
        {
            >= 0 => new(result),
            NoEntry or TryAgain => null,
            _ => throw BpfSystemCall.Refusal(BpfCommand.BPF_LINK_GET_FD_BY_ID, -result, $"link {id}"),
        };
    }

    /// <summary>Takes the program off its hook though the link is pinned or held elsewhere.</summary>
    public static void Detach(FileDescriptor link, string about)
    {
        var attributes = new LinkDetachAttributes { link_fd = link.Number };
        BpfSystemCall.Run(BpfCommand.BPF_LINK_DETACH, ref attributes, about);
        GC.KeepAlive(link);
    }
}
