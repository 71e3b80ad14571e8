using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>What tests compile for, and which ways of compiling the kernel under test has.</summary>
internal static class TestContexts
{
    /// <summary>Set to Link, Module or ModuleByProbes, it has every test run's programs compiled for that.</summary>
    private const string Variable = "MINIFW_TEST_CONTEXT";

    internal static ContextKind Usual { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name
        ? Enum.Parse<ContextKind>(name)
        : ProviderChoice.ContextOf(ProviderChoice.Default);

    /// <summary>Whether programs may look into arenas; else sets are tables.</summary>
    internal static bool HaveArenas { get; } = KernelRequirements.HasMayGoto && Usual != ContextKind.ModuleByProbes;

    internal static IReadOnlyList<HookProvider> Providers { get; } =
        [.. Enum.GetValues<HookProvider>().Where(provider => provider == HookProvider.Bpf ? ProviderChoice.KernelHasLinks : HookModule.IsLoaded)];

    internal static IReadOnlyList<CompilationWay> KindsOfCode { get; } = [CompilationWay.Straight, CompilationWay.Classifier];

    internal static IReadOnlyList<CompilationWay> Ways { get; } = [CompilationWay.AsChosen, CompilationWay.Straight, CompilationWay.Classifier];

    /// <summary>Whether programs may read the kernel's structures by casts; such kernels have links too.</summary>
    internal static bool HaveCasts => ProviderChoice.KernelHasLinks;
}
