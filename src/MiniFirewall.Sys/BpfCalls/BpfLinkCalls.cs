namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Link commands of bpf(2). <c>about</c> names the object in errors.</summary>
public static class BpfLinkCalls
{
    /// <summary>BPF_NETFILTER (include/uapi/linux/bpf.h, enum bpf_attach_type).</summary>
    public const uint AttachTypeNetfilter = 45;

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

    /// <summary>Takes the program off its hook though the link is pinned or held elsewhere.</summary>
    public static void Detach(FileDescriptor link, string about)
    {
        var attributes = new LinkDetachAttributes { link_fd = link.Number };
        BpfSystemCall.Run(BpfCommand.BPF_LINK_DETACH, ref attributes, about);
        GC.KeepAlive(link);
    }
}
