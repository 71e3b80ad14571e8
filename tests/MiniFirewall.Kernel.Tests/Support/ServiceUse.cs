using MiniFirewall.Engine;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>Whether rejected packets are answered by the service.</summary>
internal static class ServiceUse
{
    internal static void SkipWhereTheModuleAnswers() => Assert.SkipUnless(ProviderChoice.Default == HookProvider.Bpf, "the module answers by itself");
}
