using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>What BPF_OBJ_GET_INFO_BY_FD tells of a map.</summary>
[KernelLayout("struct bpf_map_info")]
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal unsafe struct MapInformation
{
    [FieldOffset(0)]
    public uint type;

    [FieldOffset(4)]
    public uint id;

    [FieldOffset(8)]
    public uint key_size;

    [FieldOffset(12)]
    public uint value_size;

    [FieldOffset(16)]
    public uint max_entries;

    [FieldOffset(20)]
    public uint map_flags;

    [FieldOffset(24)]
    public fixed byte name[16];

    [FieldOffset(80)]
    public ulong map_extra;
}
