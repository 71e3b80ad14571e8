using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_PROG_LOAD.</summary>
[KernelLayout("union bpf_attr")]
[StructLayout(LayoutKind.Explicit, Size = 144)]
internal unsafe struct ProgramLoadAttributes
{
    [FieldOffset(0)]
    public uint prog_type;

    [FieldOffset(4)]
    public uint insn_cnt;

    [FieldOffset(8)]
    public ulong insns;

    [FieldOffset(16)]
    public ulong license;

    [FieldOffset(24)]
    public uint log_level;

    [FieldOffset(28)]
    public uint log_size;

    [FieldOffset(32)]
    public ulong log_buf;

    [FieldOffset(44)]
    public uint prog_flags;

    [FieldOffset(48)]
    public fixed byte prog_name[16];

    [FieldOffset(68)]
    public uint expected_attach_type;

    [FieldOffset(72)]
    public int prog_btf_fd;

    [FieldOffset(76)]
    public uint func_info_rec_size;

    [FieldOffset(80)]
    public ulong func_info;

    [FieldOffset(88)]
    public uint func_info_cnt;

    [FieldOffset(140)]
    public uint log_true_size;
}
