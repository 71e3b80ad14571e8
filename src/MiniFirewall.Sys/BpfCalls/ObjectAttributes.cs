using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_OBJ_PIN and BPF_OBJ_GET.</summary>
[KernelLayout("union bpf_attr")]
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct ObjectAttributes
{
    [FieldOffset(0)]
    public ulong pathname;

    [FieldOffset(8)]
    public int bpf_fd;

    [FieldOffset(12)]
    public uint file_flags;
}
