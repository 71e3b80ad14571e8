using MiniFirewall.Bpf;
using MiniFirewall.Engine;
using MiniFirewall.Kernel.Tests.Engine;
using Xunit;
using TestRules = MiniFirewall.Kernel.Tests.Engine.Rules;

namespace MiniFirewall.Kernel.Tests.Module;

/// <summary>Rules under the module, where it is loaded (./test kernels): what the engine does beside what it does under links.</summary>
public sealed class ModuleEngineTests : IDisposable
{
    private readonly TestNamespace _namespace;

    public ModuleEngineTests()
    {
        Assert.SkipUnless(HookModule.IsLoaded, "the module minifw is not loaded");
        Assert.SkipUnless(ProviderChoice.Asked == HookProvider.Module || !ProviderChoice.KernelHasLinks, "another provider is asked for");
        // After what skips: nobody disposes a test that was never made.
        _namespace = new();
    }

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Rules_are_on_six_hooks_and_off_takes_them_away()
    {
        _namespace.Apply(TestRules.First);
        Assert.Equal(6, Hooks().Count);
        Assert.All(Hooks(), hook => Assert.Equal("minifw_dispatch", hook.ProgramName));
        _namespace.Apply(TestRules.Second);
        Assert.Equal(TestRules.DroppedBySecond, _namespace.Run(TestRules.Dropped));
        Assert.Equal(6, Hooks().Count);
        FirewallStatus status = _namespace.Run(() => _namespace.Open().Status());
        Assert.Equal(HookProvider.Module, status.Provider);
        Assert.Equal(6, status.Links.Length);
        _namespace.Run(() => _namespace.Open().Off());
        Assert.Empty(Hooks());
        Assert.Equal("", _namespace.Run(TestRules.Dropped));
    }

    [Fact]
    public void Guards_stand_behind_targets_and_go_with_them()
    {
        Assert.SkipUnless(ProviderChoice.KernelHasLinks, "such targets need Linux 6.4");
        _namespace.Apply("-A INPUT -p udp --dport 1001 -j AUDIT --type drop\n" + TestRules.First);
        Assert.Equal(6, Hooks().Count(hook => hook.ProgramName == "minifw_guard"));
        Assert.Equal(TestRules.DroppedByFirst, _namespace.Run(TestRules.Dropped));
        Assert.Equal(6, _namespace.Run(() => _namespace.Open().Status()).Links.Length);
        FirewallException refusal = Assert.Throws<FirewallException>(() => _namespace.Apply("-A INPUT -j AUDIT --type reject\n-A INPUT -j REJECT\n"));
        Assert.Contains("REJECT cannot stand beside AUDIT", refusal.Message, StringComparison.Ordinal);
        _namespace.Apply(TestRules.Second);
        Assert.Equal(6, Hooks().Count);
        Assert.Equal(TestRules.DroppedBySecond, _namespace.Run(TestRules.Dropped));
    }

    [Fact]
    public void A_rejected_packet_is_answered_without_a_service()
    {
        _namespace.Apply("-A INPUT -p tcp --dport 7001 -j REJECT --reject-with tcp-reset\n-A INPUT -p udp --dport 7002 -j REJECT\n");
        foreach (string host in new[] { "127.0.0.1", "::1" })
        {
            Assert.Contains("refused", Shell($"exec 3<>/dev/tcp/{host}/7001").Errors, StringComparison.Ordinal);
            Assert.Contains("refused", Shell($"exec 3<>/dev/udp/{host}/7002 && echo >&3 && sleep 0.3; echo >&3").Errors, StringComparison.Ordinal);
        }

        Assert.Equal(4ul, Hooks().Aggregate(0ul, (sum, hook) => sum + hook.Answered));
    }

    [Fact]
    public void Connection_state_has_fragments_put_together_for_as_long_as_it_is_asked_for()
    {
        _namespace.Apply("-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n");
        Assert.Equal(2, Hooks().Count(hook => hook.Defragments));
        _namespace.Apply(TestRules.First);
        Assert.DoesNotContain(Hooks(), hook => hook.Defragments);
    }

    [Fact]
    public void Hooks_that_somebody_took_away_come_back_with_the_next_change()
    {
        _namespace.Apply(TestRules.First);
        _namespace.Run(() =>
        {
            using HookModule module = HookModule.TryOpen()!;
            module.Detach([.. module.List().Select(hook => hook.Place)]);
        });
        Assert.Equal("", _namespace.Run(TestRules.Dropped));
        _namespace.Apply(TestRules.First);
        Assert.Equal(TestRules.DroppedByFirst, _namespace.Run(TestRules.Dropped));
    }

    private IReadOnlyList<AttachedHook> Hooks() => _namespace.Run(() =>
    {
        using HookModule module = HookModule.TryOpen()!;
        return module.List();
    });

    private CommandResult Shell(string script) => Command.Try([.. _namespace.Enter, "bash", "-c", script]);
}
