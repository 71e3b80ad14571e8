using MiniFirewall.Btf;
using MiniFirewall.Sys;

namespace MiniFirewall.Bpf;

/// <summary>The running kernel's types.</summary>
public static class KernelBtf
{
    public const string Path = "/sys/kernel/btf/vmlinux";

    private static readonly Lazy<KernelTypes> Loaded = new(Load);

    private static int s_isBegun;

    /// <summary>
    /// Read at the first use, and kept for the process's life; not copied where the kernel lets its BTF be mapped (6.16).
    /// </summary>
    /// <exception cref="MissingFeatureException">The kernel has none (CONFIG_DEBUG_INFO_BTF).</exception>
    public static KernelTypes Types => Loaded.Value;

    /// <summary>
    /// Has names found beside what the caller does next, so that programs that name them load without a walk over all types each. Only the
    /// first call does anything. What fails is said where a name is needed.
    /// </summary>
    public static void BeginToFind(IEnumerable<string> names)
    {
        if (Interlocked.Exchange(ref s_isBegun, 1) == 0)
        {
            Task.Run(() => TryFind(names));
        }
    }

    private static void TryFind(IEnumerable<string> names)
    {
        try
        {
            Types.Prepare(names);
        }
        catch (Exception e) when (e is MissingFeatureException or BtfException or IOException or UnauthorizedAccessException)
        {
            // Whoever needs a name meets the same, and says so.
        }
    }

    private static KernelTypes Load()
    {
        if (!File.Exists(Path))
        {
            throw new MissingFeatureException($"this kernel tells nothing of its types: {Path} is not there (CONFIG_DEBUG_INFO_BTF)");
        }

        return KernelTypes.Parse(MappedMemory.TryMapFile(Path)?.Memory ?? File.ReadAllBytes(Path));
    }
}
