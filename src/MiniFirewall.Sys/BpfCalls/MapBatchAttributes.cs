using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_MAP_*_BATCH.</summary>
[KernelLayout("union bpf_attr", "batch.")]
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct MapBatchAttributes
{
    [FieldOffset(0)]
    public ulong in_batch;

    [FieldOffset(8)]
    public ulong out_batch;

    [FieldOffset(16)]
    public ulong keys;

    [FieldOffset(24)]
    public ulong values;

    [FieldOffset(32)]
    public uint count;

    [FieldOffset(36)]
    public int map_fd;

    [FieldOffset(40)]
    public ulong elem_flags;

    [FieldOffset(48)]
    public ulong flags;
}
