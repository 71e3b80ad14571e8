using System.Diagnostics;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Kernel.Tests.Differential;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>A writer killed anywhere leaves the old rule set or the new one, whole, and the next one goes on.</summary>
public sealed class CrashTests : IDisposable
{
    /// <summary>Kills at random moments; MINIFW_KILLS asks for another number.</summary>
    private static readonly int s_kills = int.Parse(Environment.GetEnvironmentVariable("MINIFW_KILLS") ?? "200");

    /// <summary>Of how many steps one is the last of a killed writer; 1 for each, and the switch always.</summary>
    private static readonly int s_stride = Budget.Read("MINIFW_KILLED_STEPS", 1);

    private readonly TestNamespace _namespace = new();
    private readonly RuleFiles _files = new();

    [Fact]
    public void Killed_after_each_step_of_a_first_apply()
    {
        List<string> steps = _namespace.StepsOf(Rules.First);
        foreach (string step in Chosen(steps))
        {
            _namespace.Run(() => _namespace.Open().Off());
            _namespace.KillAfter(step, _files.First);
            bool switched = steps.IndexOf(step) >= steps.IndexOf(CommitStep.Switch);
            Assert.Equal(switched ? Rules.DroppedByFirst : "", AssertWhole());
            AssertNextApplyWorks();
        }
    }

    [Fact]
    public void Killed_after_each_step_of_a_later_apply()
    {
        _namespace.Apply(Rules.First);
        List<string> steps = _namespace.StepsOf(Rules.Second);
        foreach (string step in Chosen(steps))
        {
            _namespace.Apply(Rules.First);
            _namespace.KillAfter(step, _files.Second);
            bool switched = steps.IndexOf(step) >= steps.IndexOf(CommitStep.Switch);
            Assert.Equal(switched ? Rules.DroppedBySecond : Rules.DroppedByFirst, AssertWhole());
            AssertNextApplyWorks();
        }
    }

    [Fact]
    public void Killed_at_random_moments()
    {
        var random = new Random(1);
        for (int i = 0; i < s_kills; i++)
        {
            using Process process = Command.Start(_namespace.Agent(_namespace.Enter, "loop", _files.First, _files.Second));
            process.StandardOutput.ReadLine();
            Thread.Sleep(TimeSpan.FromMilliseconds(random.NextDouble() * 60));
            process.Kill();
            process.WaitForExit();
            Assert.NotEqual("", AssertWhole());
        }

        AssertNextApplyWorks();
    }

    public void Dispose()
    {
        _namespace.Dispose();
        _files.Dispose();
    }

    private static IEnumerable<string> Chosen(List<string> steps) => steps.Where((step, i) => i % s_stride == 0 || step == CommitStep.Switch);

    /// <summary>Packets meet one rule set, and it is the one that is read. Returns which packets it drops.</summary>
    private string AssertWhole()
    {
        string dropped = _namespace.Run(Rules.Dropped);
        LoadedRuleSet? loaded = _namespace.Read();
        string? expected = dropped switch
        {
            "" => null,
            Rules.DroppedByFirst => Rules.Print(Rules.Parse(Rules.First)),
            Rules.DroppedBySecond => Rules.Print(Rules.Parse(Rules.Second)),
            _ => throw new InvalidOperationException($"a mixture: dropped are {dropped}"),
        };
        Assert.Equal(expected, loaded is null ? null : Rules.Print(loaded.Rules));
        return dropped;
    }

    /// <summary>The next writer works, and leaves no more pins than a state has that nobody ever disturbed.</summary>
    private void AssertNextApplyWorks()
    {
        _namespace.Apply(Rules.Second);
        Assert.Equal(Rules.DroppedBySecond, AssertWhole());
        string[] generations = [.. Directory.GetDirectories(_namespace.Directory).Select(path => Path.GetFileName(path)!)];
        Assert.Equal([$"generation-{_namespace.Read()!.Generation}"], generations);
        Assert.Equal(TestNamespace.PinsAtRest, Directory.GetFiles(_namespace.Directory).Length);
    }
}
