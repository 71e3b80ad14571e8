using MiniFirewall.Packets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.BpfCalls;

namespace MiniFirewall.Bpf;

/// <summary>Flags of a netfilter link (include/uapi/linux/bpf.h, BPF_F_NETFILTER_*).</summary>
[Flags]
public enum NetfilterLinkFlags
{
    None = 0,

    /// <summary>Reassembles fragments before the program; its priority must be above -400 (kernel 6.6).</summary>
    Defragment = 1,
}

/// <summary>
/// A program on a hook. It stays there until the last descriptor is closed and the last pin removed, or it is detached;
/// while it is pinned its network namespace lives on.
/// </summary>
public sealed class BpfLink : IDisposable
{
    private readonly string _about;

    private BpfLink(FileDescriptor descriptor, string about)
    {
        Descriptor = descriptor;
        _about = about;
    }

    internal FileDescriptor Descriptor { get; }

    /// <summary>
    /// Puts a netfilter program on a hook of the calling thread's network namespace. Lower priorities run first; no two BPF
    /// programs share one. Kernel 6.4; CAP_NET_ADMIN, CAP_BPF.
    /// </summary>
    public static BpfLink AttachNetfilter(
        BpfProgram program, Family family, Hook hook, int priority, NetfilterLinkFlags flags = NetfilterLinkFlags.None)
    {
        string about = $"{program.Name} on {family} {hook} at priority {priority}";
        return new(BpfLinkCalls.CreateNetfilter(program.Descriptor, (byte)family, (byte)hook, priority, (uint)flags, about), about);
    }

    /// <summary>Opens a pinned link; null where nothing is pinned.</summary>
    public static BpfLink? TryOpen(string path) => BpfObjectCalls.TryOpen(path) is FileDescriptor descriptor ? new(descriptor, path) : null;

    /// <summary>What the link joins; a netfilter link tells its place.</summary>
    public BpfLinkInfo Info() => BpfObjectCalls.LinkInfo(Descriptor, _about);

    /// <summary>Takes the program off the hook at once, whoever still holds the link.</summary>
    public void Detach() => BpfLinkCalls.Detach(Descriptor, _about);

    /// <summary>Keeps the link under a path of a bpf file system.</summary>
    public void Pin(string path) => BpfObjectCalls.Pin(Descriptor, path);

    public void Dispose() => Descriptor.Dispose();
}
