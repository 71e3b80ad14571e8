using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_LINK_DETACH.</summary>
[KernelLayout("union bpf_attr", "link_detach.")]
[StructLayout(LayoutKind.Explicit, Size = 4)]
internal struct LinkDetachAttributes
{
    [FieldOffset(0)]
    public int link_fd;
}
