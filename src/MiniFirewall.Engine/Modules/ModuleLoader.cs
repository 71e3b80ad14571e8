using MiniFirewall.Bpf;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Modules;

/// <summary>Loads and unloads the module minifw, and says in words why the kernel does not. CAP_SYS_MODULE.</summary>
public static class ModuleLoader
{
    private const int NotPermitted = 1, NoEntry = 2, ExecFormat = 8, AlreadyThere = 17, Invalid = 22, NoKey = 126, KeyExpired = 127, KeyRevoked = 128, KeyRejected = 129, Unavailable = 11, Busy = 16;

    /// <summary>What the module calls of others.</summary>
    private static readonly string[] s_needed = ["nf_reject_ipv4", "nf_reject_ipv6", "nf_defrag_ipv4", "nf_defrag_ipv6"];

    /// <summary>Finds the module's file: built in a directory, or installed for the running kernel. Null where there is none.</summary>
    public static string? Find(string directory)
    {
        string built = ModuleFiles.Built(directory, ModuleFiles.RunningRelease);
        if (File.Exists(built))
        {
            return built;
        }

        string modules = $"/lib/modules/{ModuleFiles.RunningRelease}";
        return Directory.Exists(modules)
            ? Directory.EnumerateFiles(modules, ModuleFiles.Name + ".ko", SearchOption.AllDirectories).FirstOrDefault()
            : null;
    }

    /// <summary>Loads a module's file and what it needs.</summary>
    /// <param name="parameters">Such as "answers=N".</param>
    /// <exception cref="FirewallException">The kernel does not take it, or takes none.</exception>
    public static void Load(string path, IReadOnlyList<string> parameters)
    {
        RequireModules();
        foreach (string needed in s_needed)
        {
            // A kernel that has it built in needs no file; where it is missing altogether, the module's own refusal names the symbol.
            Tool.Run("modprobe", "kmod", "-q", needed);
        }

        try
        {
            ModuleCalls.Load(path, string.Join(' ', parameters));
        }
        catch (SystemCallException refusal) when (refusal.Errno != AlreadyThere)
        {
            throw Explain(path, refusal);
        }
    }

    /// <summary>Unloads the module; its hooks go with it, in every network namespace.</summary>
    public static void Unload()
    {
        try
        {
            ModuleCalls.Unload(ModuleFiles.Name);
        }
        catch (SystemCallException refusal)
        {
            throw refusal.Errno switch
            {
                NoEntry => new FirewallException(FirewallFailure.Refused, "the module minifw is not loaded"),
                NotPermitted => new FirewallException(FirewallFailure.Permission, "modules are unloaded by root (CAP_SYS_MODULE)", refusal),
                Unavailable or Busy => new FirewallException(FirewallFailure.Refused, "the module minifw is in use", refusal),
                _ => new FirewallException(FirewallFailure.Refused, refusal.Message, refusal),
            };
        }
    }

    private static void RequireModules()
    {
        if (!File.Exists("/proc/modules"))
        {
            throw new FirewallException(FirewallFailure.Unsupported, "this kernel has no loadable modules (CONFIG_MODULES is not set); BPF links need none, from Linux 6.4 on");
        }

        if (ModuleFacts.AreLocked)
        {
            throw new FirewallException(FirewallFailure.Refused, "this kernel loads no modules until it is started anew: kernel.modules_disabled is 1");
        }
    }

    private static FirewallException Explain(string path, SystemCallException refusal) => refusal.Errno switch
    {
        NoKey or KeyExpired or KeyRevoked or KeyRejected => new(FirewallFailure.Refused, Unsigned("the kernel takes only modules that are signed with a key it knows"), refusal),
        NotPermitted when ModuleFacts.Lockdown is { } mode => new(FirewallFailure.Refused, Unsigned($"the kernel is locked down ({mode}), and takes only signed modules"), refusal),
        NotPermitted => new(FirewallFailure.Permission, "modules are loaded by root (CAP_SYS_MODULE)", refusal),
        ExecFormat => new(FirewallFailure.Refused, $"{path} was built for another kernel than {ModuleFiles.RunningRelease}: run 'minifw module build'", refusal),
        NoEntry => new(FirewallFailure.Unsupported, "the kernel lacks something that the module calls; the kernel's log (dmesg) names it", refusal),
        Invalid => new(FirewallFailure.Refused, $"the kernel does not take {path}, or one of the parameters; its log (dmesg) says which", refusal),
        _ => new(FirewallFailure.Refused, refusal.Message, refusal),
    };

    private static string Unsigned(string why) =>
        $"{why}{(ModuleFacts.SecureBoot == true ? "; Secure Boot is on" : "")}: sign the module (kmodsign, and mokutil --import for the key), or turn {(ModuleFacts.SecureBoot == true ? "Secure Boot" : "module.sig_enforce")} off";
}
