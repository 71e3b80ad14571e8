using System.Diagnostics;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Surroundings;
using MiniFirewall.Sys.Netlink;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>A writer killed anywhere, where rules begin to hand packets to targets of the kernel's or end to, leaves the old rule set or the new one, and no packet passes between.</summary>
public sealed class TargetCrashTests : IDisposable
{
    /// <summary>Drops what <see cref="Rules.Second"/> does: nobody listens to the queue.</summary>
    private const string Handing = """
        -A INPUT -p udp --dport 1002 -j NFQUEUE --queue-num 9
        -A OUTPUT -p udp --dport 2002 -j AUDIT --type drop
        -A OUTPUT -p udp --dport 2002 -j DROP
        """;

    private const int Kills = 40;

    private readonly TestNamespace _namespace = new();
    private readonly RuleFiles _files = new();
    private readonly string _handing;

    public TargetCrashTests()
    {
        Assert.SkipUnless(ProviderChoice.KernelHasLinks, "such targets need Linux 6.4");
        _handing = _files.Write("handing", Handing);
    }

    public void Dispose()
    {
        _namespace.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Killed_after_each_step_of_an_apply_that_begins_to_hand_over()
    {
        _namespace.Apply(Rules.First);
        List<string> steps = _namespace.StepsOf(Handing);
        Assert.Contains("make chains for the kernel's matches and targets", steps);
        foreach (string step in steps)
        {
            _namespace.Run(() => _namespace.Open().Off());
            _namespace.Apply(Rules.First);
            _namespace.KillAfter(step, _handing);
            Assert.Equal(steps.IndexOf(step) >= steps.IndexOf(CommitStep.Switch) ? Rules.DroppedBySecond : Rules.DroppedByFirst, _namespace.Run(Rules.Dropped));
            AssertNextApplyCleansUp();
        }
    }

    [Fact]
    public void Killed_after_each_step_of_an_apply_that_ends_it()
    {
        _namespace.Apply(Handing);
        List<string> steps = _namespace.StepsOf(Rules.First);
        Assert.Contains("end chains for the kernel's matches and targets", steps);
        foreach (string step in steps)
        {
            _namespace.Apply(Handing);
            _namespace.KillAfter(step, _files.First);
            Assert.Equal(steps.IndexOf(step) >= steps.IndexOf(CommitStep.Switch) ? Rules.DroppedByFirst : Rules.DroppedBySecond, _namespace.Run(Rules.Dropped));
            AssertNextApplyCleansUp();
        }
    }

    [Fact]
    public void Killed_at_random_moments()
    {
        var random = new Random(1);
        for (int i = 0; i < Kills; i++)
        {
            using Process process = Command.Start(_namespace.Agent(_namespace.Enter, "loop", _files.First, _handing));
            process.StandardOutput.ReadLine();
            Thread.Sleep(TimeSpan.FromMilliseconds(random.NextDouble() * 60));
            process.Kill();
            process.WaitForExit();
            string dropped = _namespace.Run(Rules.Dropped);
            Assert.True(dropped is Rules.DroppedByFirst or Rules.DroppedBySecond, $"a mixture: dropped are {dropped}");
        }

        AssertNextApplyCleansUp();
    }

    /// <summary>Nothing is left but the map of what packets want.</summary>
    private void AssertNextApplyCleansUp()
    {
        _namespace.Apply(Rules.Second);
        Assert.Equal(Rules.DroppedBySecond, _namespace.Run(Rules.Dropped));
        Assert.Empty(_namespace.Run(() =>
        {
            using var socket = new NetlinkSocket(NetlinkSocket.Netfilter);
            return NftChains.TryRead(socket)!.Where(chain => chain.Owner == HookOwner.Minifw).ToList();
        }));
        Assert.InRange(Directory.GetFiles(_namespace.Directory).Length, TestNamespace.PinsAtRest, TestNamespace.PinsAtRest + 1);
    }
}
