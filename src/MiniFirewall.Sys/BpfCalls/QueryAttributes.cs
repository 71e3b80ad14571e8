using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_PROG_QUERY.</summary>
[KernelLayout("union bpf_attr", "query.")]
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct QueryAttributes
{
    /// <summary>Or an interface's number.</summary>
    [FieldOffset(0)]
    public uint target_fd;

    [FieldOffset(4)]
    public uint attach_type;

    [FieldOffset(16)]
    public ulong prog_ids;

    [FieldOffset(24)]
    public uint prog_cnt;
}
