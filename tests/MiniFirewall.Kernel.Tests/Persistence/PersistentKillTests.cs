using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Persistence;
using MiniFirewall.Kernel.Tests.Engine;
using Xunit;
using TestRules = MiniFirewall.Kernel.Tests.Engine.Rules;

namespace MiniFirewall.Kernel.Tests.Persistence;

/// <summary>A writer killed after any step of an apply: kernel and disk each have the old set or the new one, the disk never before the kernel.</summary>
public sealed class PersistentKillTests : IDisposable
{
    private readonly TestNamespace _namespace = new();
    private readonly RuleFiles _files = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("mfwk-").FullName;

    [Fact]
    public void Killed_after_each_step()
    {
        List<string> steps = [];
        Keep(TestRules.First, steps.Add);
        steps.Clear();
        Keep(TestRules.Second, steps.Add);
        Assert.Equal([RuleHistory.Prepared, RuleHistory.Renamed, RuleHistory.Flushed], steps.Where(step => step is RuleHistory.Prepared or RuleHistory.Renamed or RuleHistory.Flushed));
        foreach (string step in steps)
        {
            Keep(TestRules.First, _ => { });
            Assert.True(Command.Try(_namespace.Agent(_namespace.Enter, "keep", _files.Second, _directory, step)).Killed, step);
            bool inForce = steps.IndexOf(step) >= steps.IndexOf(CommitStep.Switch), onDisk = steps.IndexOf(step) >= steps.IndexOf(RuleHistory.Renamed);
            Assert.Equal(inForce ? TestRules.DroppedBySecond : TestRules.DroppedByFirst, _namespace.Run(TestRules.Dropped));
            AssertOnDisk(onDisk ? TestRules.Second : TestRules.First);
            _namespace.Run(() => Assert.Equal(inForce == onDisk, Open(_ => { }).Drift(_namespace.Open().Read())!.IsNone));
        }
    }

    [Fact]
    public void What_fails_in_the_kernel_leaves_the_disk_as_it_was()
    {
        Keep(TestRules.First, _ => { });
        Assert.Throws<InvalidOperationException>(() => Keep(TestRules.Second, step => _ = step == "pin counters" ? throw new InvalidOperationException(step) : step));
        AssertOnDisk(TestRules.First);
        Assert.DoesNotContain("new", Directory.GetFiles(_directory).Select(Path.GetFileName));
        Assert.Equal(TestRules.DroppedByFirst, _namespace.Run(TestRules.Dropped));
    }

    [Fact]
    public void A_disk_without_room_leaves_all_as_it_was()
    {
        Command.Run("mount", "-t", "tmpfs", "-o", "size=16k", "none", _directory);
        try
        {
            Keep(TestRules.First, _ => { });
            File.WriteAllBytes(Path.Combine(_directory, "full"), new byte[12 << 10]);
            FirewallException full = Assert.Throws<FirewallException>(() => Keep(TestRules.Second, _ => { }));
            Assert.Contains(_directory, full.Message);
            AssertOnDisk(TestRules.First);
            Assert.Equal(TestRules.DroppedByFirst, _namespace.Run(TestRules.Dropped));
        }
        finally
        {
            Command.Run("umount", _directory);
        }
    }

    public void Dispose()
    {
        _namespace.Dispose();
        _files.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void Keep(string rules, Action<string> afterStep) => _namespace.Run(() => Open(afterStep).Apply(TestRules.Parse(rules), ChangeNote.Of("test")));

    private PersistentRules Open(Action<string> afterStep) => PersistentRules.In(_namespace.Open(new EngineParts { AfterStep = afterStep }), _directory);

    private void AssertOnDisk(string rules) => _namespace.Run(() => Assert.Equal(TestRules.Parse(rules), Open(_ => { }).OnDisk!.Read()));
}
