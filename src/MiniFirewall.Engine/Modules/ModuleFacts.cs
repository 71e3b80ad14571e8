using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Modules;

/// <summary>What files tell of modules in general and of minifw's.</summary>
public static class ModuleFacts
{
    private const string Loaded = "/sys/module/minifw";

    /// <summary>Whether the kernel has loadable modules at all.</summary>
    public static bool KernelHasModules => File.Exists("/proc/modules");

    /// <summary>Whether the kernel takes no more modules until it is started anew (kernel.modules_disabled).</summary>
    public static bool AreLocked => KernelFile.FirstLine("/proc/sys/kernel/modules_disabled") == "1";

    /// <summary>The kernel's lockdown mode ("integrity", "confidentiality"); null where it is none, or cannot be seen.</summary>
    public static string? Lockdown
    {
        get
        {
            string? line = KernelFile.FirstLine("/sys/kernel/security/lockdown");
            int start = line?.IndexOf('[', StringComparison.Ordinal) ?? -1, end = line?.IndexOf(']', StringComparison.Ordinal) ?? -1;
            return start < 0 || end < start || line![(start + 1)..end] is "none" ? null : line[(start + 1)..end];
        }
    }

    /// <summary>Whether the machine was started by Secure Boot; null where it has none to tell.</summary>
    public static bool? SecureBoot
    {
        get
        {
            // Four bytes of attributes, then one of value (UEFI specification, 3.3).
            const string Variable = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
            try
            {
                byte[] bytes = File.ReadAllBytes(Variable);
                return bytes.Length > 4 && bytes[4] == 1;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>The loaded module's version; null where it is not loaded.</summary>
    public static string? Version => KernelFile.FirstLine(Loaded + "/version");

    /// <summary>The loaded module's parameters with their values.</summary>
    public static IReadOnlyList<(string Name, string Value)> Parameters => Directory.Exists(Loaded + "/parameters")
        ? [.. Directory.EnumerateFiles(Loaded + "/parameters").Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), KernelFile.FirstLine(path) ?? ""))]
        : [];

    /// <summary>The line of /proc/modules, which lsmod shows; null where it is not loaded.</summary>
    public static string? ListLine => KernelHasModules
        ? File.ReadLines("/proc/modules").FirstOrDefault(line => line.StartsWith(ModuleFiles.Name + " ", StringComparison.Ordinal))
        : null;

    /// <summary>The last lines of the kernel's log that are of the module; empty where the log cannot be read.</summary>
    public static IReadOnlyList<string> LogLines(int most)
    {
        try
        {
            (int code, string output) = Tool.Run("dmesg", "util-linux");
            return code == 0 ? [.. output.Split('\n').Where(line => line.Contains(ModuleFiles.Name + ":", StringComparison.Ordinal)).TakeLast(most)] : [];
        }
        catch (FirewallException)
        {
            return [];
        }
    }
}
