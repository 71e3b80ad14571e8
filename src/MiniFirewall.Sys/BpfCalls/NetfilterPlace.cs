using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Where a netfilter program sits (kernel 6.4); struct bpf_link_info has the same.</summary>
[KernelLayout("union bpf_attr", "link_create.netfilter.")]
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct NetfilterPlace
{
    [FieldOffset(0)]
    public uint pf;

    [FieldOffset(4)]
    public uint hooknum;

    [FieldOffset(8)]
    public int priority;

    [FieldOffset(12)]
    public uint flags;
}
