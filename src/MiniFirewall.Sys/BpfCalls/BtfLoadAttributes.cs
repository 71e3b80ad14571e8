using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_BTF_LOAD.</summary>
[KernelLayout("union bpf_attr")]
[StructLayout(LayoutKind.Explicit, Size = 28)]
internal struct BtfLoadAttributes
{
    [FieldOffset(0)]
    public ulong btf;

    [FieldOffset(8)]
    public ulong btf_log_buf;

    [FieldOffset(16)]
    public uint btf_size;

    [FieldOffset(20)]
    public uint btf_log_size;

    [FieldOffset(24)]
    public uint btf_log_level;
}
