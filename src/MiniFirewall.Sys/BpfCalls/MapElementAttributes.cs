using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_MAP_*_ELEM, BPF_MAP_GET_NEXT_KEY and BPF_MAP_FREEZE.</summary>
[KernelLayout("union bpf_attr")]
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct MapElementAttributes
{
    [FieldOffset(0)]
    public int map_fd;

    [FieldOffset(8)]
    public ulong key;

    [FieldOffset(16)]
    public ulong value;

    [FieldOffset(24)]
    public ulong flags;
}
