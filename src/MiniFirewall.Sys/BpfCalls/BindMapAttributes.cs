using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_PROG_BIND_MAP.</summary>
[KernelLayout("union bpf_attr", "prog_bind_map.")]
[StructLayout(LayoutKind.Explicit, Size = 12)]
internal struct BindMapAttributes
{
    [FieldOffset(0)]
    public int prog_fd;

    [FieldOffset(4)]
    public int map_fd;

    [FieldOffset(8)]
    public uint flags;
}
