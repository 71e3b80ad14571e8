using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>What BPF_OBJ_GET_INFO_BY_FD tells of a program.</summary>
[KernelLayout("struct bpf_prog_info")]
[StructLayout(LayoutKind.Explicit, Size = 232)]
internal unsafe struct ProgramInformation
{
    [FieldOffset(0)]
    public uint type;

    [FieldOffset(4)]
    public uint id;

    [FieldOffset(16)]
    public uint jited_prog_len;

    [FieldOffset(20)]
    public uint xlated_prog_len;

    [FieldOffset(40)]
    public ulong load_time;

    [FieldOffset(52)]
    public uint nr_map_ids;

    [FieldOffset(56)]
    public ulong map_ids;

    [FieldOffset(64)]
    public fixed byte name[16];

    [FieldOffset(192)]
    public ulong run_time_ns;

    [FieldOffset(200)]
    public ulong run_cnt;

    [FieldOffset(208)]
    public ulong recursion_misses;

    [FieldOffset(216)]
    public uint verified_insns;
}
