using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_OBJ_GET_INFO_BY_FD.</summary>
[KernelLayout("union bpf_attr", "info.")]
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct InfoAttributes
{
    [FieldOffset(0)]
    public int bpf_fd;

    [FieldOffset(4)]
    public uint info_len;

    [FieldOffset(8)]
    public ulong info;
}
