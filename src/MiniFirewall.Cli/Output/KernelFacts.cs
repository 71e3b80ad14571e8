using MiniFirewall.Sys.Files;

namespace MiniFirewall.Cli.Output;

/// <summary>What minifw asks of the running kernel, as far as files tell.</summary>
/// <param name="HasTypes">The kernel describes its types (CONFIG_DEBUG_INFO_BTF).</param>
/// <param name="Jit">The BPF JIT's setting; null where it cannot be seen, as inside other network namespaces.</param>
internal sealed record KernelFacts(string Release, bool HasTypes, bool? Jit)
{
    internal static KernelFacts Read() => new(
        KernelFile.FirstLine("/proc/sys/kernel/osrelease") ?? "unknown",
        File.Exists("/sys/kernel/btf/vmlinux"),
        KernelFile.FirstLine("/proc/sys/net/core/bpf_jit_enable") is { } value ? value != "0" : null);
}
