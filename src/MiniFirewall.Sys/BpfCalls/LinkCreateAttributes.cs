using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_LINK_CREATE.</summary>
[KernelLayout("union bpf_attr", "link_create.")]
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct LinkCreateAttributes
{
    [FieldOffset(0)]
    public int prog_fd;

    [FieldOffset(4)]
    public uint target_fd;

    [FieldOffset(8)]
    public uint attach_type;

    [FieldOffset(12)]
    public uint flags;

    [FieldOffset(16)]
    public NetfilterPlace netfilter;
}
