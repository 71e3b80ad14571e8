using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Processes;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// Says in one line why the kernel refused. What is missing is looked for only after a refusal: a working machine pays
/// nothing, and a wrong guess about one that works cannot stop it.
/// </summary>
internal static class KernelRequirements
{
    private const int NotPermitted = 1, NoMemory = 12, AccessDenied = 13, TooManyFilesInSystem = 23, TooManyFiles = 24, NotSupported = 524;
    private const int AdminNetwork = 12, AdminSystem = 21, PerformanceMonitor = 38, Bpf = 39;
    private static readonly Version Oldest = new(6, 4), FirstWithLoops = new(6, 9);

    /// <summary>Loops are may_goto's; before, callbacks, and counted.</summary>
    internal static bool HasMayGoto { get; } = Environment.OSVersion.Version >= FirstWithLoops;

    /// <summary>Sets are images in an arena; before, tables of their own.</summary>
    internal static bool HasArenas => HasMayGoto;

    /// <summary>The options for programs that are to be loaded here.</summary>
    internal static CompileOptions Options(PrologueKind prologue, HookProvider provider) => new(prologue)
    {
        Context = ProviderChoice.ContextOf(provider),
        Loops = HasMayGoto ? LoopKind.MayGoto : LoopKind.Calls,
        Hertz = KernelTime.Hertz,
        MinutesWest = KernelTime.MinutesWest(),
        KernelTracking = (Has("sk_buff", "_nfct") ? KernelTracking.States : 0) | (Has("nf_conn", "mark") ? KernelTracking.Marks : 0),
    };

    private static bool Has(string type, string member) => KernelBtf.Types.FindMember(type, member) is not null;

    /// <summary>The error to show for a refused call.</summary>
    internal static FirewallException Explain(SystemCallException refusal)
    {
        if (refusal.Errno is NoMemory or TooManyFiles or TooManyFilesInSystem)
        {
            return new(FirewallFailure.Resource, refusal.Message, refusal);
        }

        if (MissingCapabilities() is { Count: > 0 } missing)
        {
            return new(FirewallFailure.Permission, $"{refusal.Message}; this needs root, or {string.Join(", ", missing)}", refusal);
        }

        return MissingPart(refusal.Errno) is { } part
            ? new(FirewallFailure.Unsupported, $"{part} ({refusal.Message})", refusal)
            : new(refusal.Errno is NotPermitted or AccessDenied ? FirewallFailure.Permission : FirewallFailure.Refused, refusal.Message, refusal);
    }

    /// <summary>The error to show where a program names what the kernel's type information does not: on an old kernel that is the smaller lack.</summary>
    internal static FirewallException Explain(MissingFeatureException lack) =>
        new(FirewallFailure.Unsupported, TooOld() is { } age ? $"{age} ({lack.Message})" : lack.Message, lack);

    private static string? TooOld() => Environment.OSVersion.Version is var version && version < Oldest && ProviderChoice.Default == HookProvider.Bpf
        ? $"this kernel, {version.ToString(2)}, has no BPF links on Netfilter's hooks: Linux {Oldest} or newer is needed, or the kernel module: run 'minifw module load'"
        : null;

    private static string? MissingPart(int errno)
    {
        if (TooOld() is { } age)
        {
            return age;
        }

        if (!File.Exists("/sys/kernel/btf/vmlinux"))
        {
            return "the kernel has no type information: CONFIG_DEBUG_INFO_BTF is not set, or /sys is not mounted";
        }

        return errno == NotSupported || JitIsOff() ? "the kernel's BPF JIT is off: sysctl net.core.bpf_jit_enable=1" : null;
    }

    /// <summary>The setting can be seen in the first network namespace only.</summary>
    private static bool JitIsOff() => KernelFile.FirstLine("/proc/sys/net/core/bpf_jit_enable") == "0";

    private static List<string> MissingCapabilities()
    {
        ulong have = Capabilities.Effective();
        bool Lacks(int capability) => (have >> capability & 1) == 0;
        var missing = new List<string>();
        if (Lacks(AdminNetwork))
        {
            missing.Add("CAP_NET_ADMIN");
        }

        if (Lacks(Bpf) && Lacks(AdminSystem))
        {
            missing.Add("CAP_BPF");
        }

        if (Lacks(PerformanceMonitor) && Lacks(AdminSystem))
        {
            missing.Add("CAP_PERFMON");
        }

        return missing;
    }
}
