using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_MAP_CREATE.</summary>
[KernelLayout("union bpf_attr")]
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal unsafe struct MapCreateAttributes
{
    [FieldOffset(0)]
    public uint map_type;

    [FieldOffset(4)]
    public uint key_size;

    [FieldOffset(8)]
    public uint value_size;

    [FieldOffset(12)]
    public uint max_entries;

    [FieldOffset(16)]
    public uint map_flags;

    [FieldOffset(28)]
    public fixed byte map_name[16];

    [FieldOffset(48)]
    public uint btf_fd;

    [FieldOffset(52)]
    public uint btf_key_type_id;

    [FieldOffset(56)]
    public uint btf_value_type_id;

    [FieldOffset(64)]
    public ulong map_extra;
}
