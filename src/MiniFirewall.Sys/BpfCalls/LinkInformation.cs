using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>What BPF_OBJ_GET_INFO_BY_FD tells of a link.</summary>
[KernelLayout("struct bpf_link_info")]
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct LinkInformation
{
    [FieldOffset(0)]
    public uint type;

    [FieldOffset(4)]
    public uint id;

    [FieldOffset(8)]
    public uint prog_id;

    [FieldOffset(16)]
    public NetfilterPlace netfilter;
}
