namespace MiniFirewall.Sys.Processes;

/// <summary>Capabilities by the kernel's numbers (include/uapi/linux/capability.h).</summary>
public enum Capability
{
    DacOverride = 1,
    DacReadSearch = 2,
    SetPcap = 8,
    NetAdmin = 12,
    NetRaw = 13,
    SysPtrace = 19,
    PerfMon = 38,
    Bpf = 39,
}
