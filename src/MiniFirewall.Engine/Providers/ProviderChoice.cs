using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine;

/// <summary>
/// Which hook provider is used: the one that a namespace's rules are under already, else the one that is asked for, else BPF links
/// where the kernel has them, else the module.
/// </summary>
public static class ProviderChoice
{
    /// <summary>The environment variable that asks for one.</summary>
    public const string Variable = "MINIFW_PROVIDER";

    private static readonly Version s_firstWithLinks = new(6, 4);
    private static readonly Lazy<HookProvider> s_ofKernel = new(Probe);

    private static readonly Lazy<bool> s_hasLinksPrograms = new(() => KernelHasLinks && FeatureProbes.NetfilterLinks().Present);

    private static HookProvider? s_asked;

    /// <summary>The provider that this process asks for; null where it takes what the kernel has. At first that of the environment.</summary>
    /// <exception cref="FirewallException">The environment names none.</exception>
    public static HookProvider? Asked
    {
        get => s_asked ?? FromEnvironment();
        set => s_asked = value;
    }

    /// <summary>For what no namespace has decided.</summary>
    internal static HookProvider Default => Asked ?? s_ofKernel.Value;

    internal static bool KernelHasLinks => Environment.OSVersion.Version >= s_firstWithLinks;

    /// <summary>What a provider's programs are compiled for.</summary>
    internal static ContextKind ContextOf(HookProvider provider) => provider switch
    {
        HookProvider.Bpf => ContextKind.Link,
        _ => s_hasLinksPrograms.Value ? ContextKind.Module : ContextKind.ModuleByProbes,
    };

    /// <summary>The provider that a namespace's pins say.</summary>
    internal static HookProvider Of(DirectoryHandle directory) =>
        HookPoint.All.Any(point => directory.Contains(PinNames.Dispatcher(point))) ? HookProvider.Module : HookProvider.Bpf;

    /// <summary>The words of a provider's name, such as those of the environment's variable.</summary>
    public static string NameOf(HookProvider provider) => provider == HookProvider.Bpf ? "bpf" : "module";

    /// <summary>The provider of that name; null where there is none.</summary>
    public static HookProvider? TryParse(string name) => name switch
    {
        "bpf" => HookProvider.Bpf,
        "module" => HookProvider.Module,
        _ => null,
    };

    /// <summary>Refuses another provider than the one that the rules in force are under: one packet must not meet both.</summary>
    internal static void RequireAsked(HookProvider running)
    {
        if (Asked is { } asked && asked != running)
        {
            throw new FirewallException(
                FirewallFailure.Refused,
                $"the rules in force here are under the hook provider {NameOf(running)}, and {NameOf(asked)} is asked for: run 'minifw off' first");
        }
    }

    private static HookProvider? FromEnvironment() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name
        ? TryParse(name) ?? throw new FirewallException(FirewallFailure.Refused, $"{Variable} is '{name}'; it is to be bpf or module")
        : null;

    /// <summary>A kernel without the module has nothing else than links; what it says about them is clearer than a guess.</summary>
    private static HookProvider Probe() => !HookModule.IsLoaded || s_hasLinksPrograms.Value ? HookProvider.Bpf : HookProvider.Module;
}
