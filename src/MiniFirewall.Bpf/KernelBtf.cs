using MiniFirewall.Btf;
using MiniFirewall.Sys;

namespace MiniFirewall.Bpf;

/// <summary>The running kernel's types.</summary>
public static class KernelBtf
{
    public const string Path = "/sys/kernel/btf/vmlinux";

    private static readonly Lazy<KernelTypes> Loaded = new(Load);

    /// <summary>
    /// Read at the first use, and kept for the process's life; not copied where the kernel lets its BTF be mapped (6.16).
    /// </summary>
    /// <exception cref="MissingFeatureException">The kernel has none (CONFIG_DEBUG_INFO_BTF).</exception>
    public static KernelTypes Types => Loaded.Value;

    private static KernelTypes Load()
    {
        if (!File.Exists(Path))
        {
            throw new MissingFeatureException($"this kernel tells nothing of its types: {Path} is not there (CONFIG_DEBUG_INFO_BTF)");
        }

        return KernelTypes.Parse(MappedMemory.TryMapFile(Path)?.Memory ?? File.ReadAllBytes(Path));
    }
}
