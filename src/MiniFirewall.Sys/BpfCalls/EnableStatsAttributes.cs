using System.Runtime.InteropServices;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Argument of BPF_ENABLE_STATS.</summary>
[KernelLayout("union bpf_attr", "enable_stats.")]
[StructLayout(LayoutKind.Explicit, Size = 4)]
internal struct EnableStatsAttributes
{
    [FieldOffset(0)]
    public uint type;
}
