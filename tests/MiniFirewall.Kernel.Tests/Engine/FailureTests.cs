using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.State;
using MiniFirewall.Kernel.Tests.Bpf;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Whatever fails leaves the rules in force as they were, and nothing of its own.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly TestNamespace _namespace = new();
    private readonly RuleFiles _files = new();

    [Fact]
    public void A_program_that_the_verifier_refuses_changes_nothing()
    {
        _namespace.Apply(Rules.First);
        string[] before = AllPins();
        Assert.Throws<VerifierException>(() => _namespace.Apply(Rules.Second, new EngineParts { Programs = RefusedAtTheLast }));
        Assert.Equal(before, AllPins());
        AssertFirstInForce();
    }

    [Fact]
    public void A_first_apply_that_is_refused_leaves_nothing()
    {
        Assert.Throws<VerifierException>(() => _namespace.Apply(Rules.First, new EngineParts { Programs = RefusedAtTheLast }));
        Assert.False(Directory.Exists(_namespace.Pins));
        Assert.Null(_namespace.Read());
        Assert.Equal("", _namespace.Run(Rules.Dropped));
    }

    [Fact]
    public void A_failure_after_any_step_before_the_switch_changes_nothing()
    {
        _namespace.Apply(Rules.First);
        string[] before = AllPins();
        var steps = new List<string>();
        using (var other = new TestNamespace())
        {
            other.Apply(Rules.First);
            other.Apply(Rules.Second, new EngineParts { AfterStep = steps.Add });
        }

        foreach (string step in steps.TakeWhile(step => step != CommitStep.Switch))
        {
            Assert.Throws<InjectedException>(() => _namespace.Apply(Rules.Second, new EngineParts { AfterStep = s => FailAfter(step, s) }));
            Assert.Equal(before, AllPins());
        }

        AssertFirstInForce();
    }

    [Fact]
    public void A_check_changes_nothing_and_finds_what_an_apply_would()
    {
        _namespace.Run(() => _namespace.Open().Apply(Rules.Parse(Rules.First), new ApplyOptions { CheckOnly = true }));
        Assert.False(Directory.Exists(_namespace.Pins));
        Assert.Throws<VerifierException>(() => _namespace.Run(() =>
            _namespace.Open(new EngineParts { Programs = RefusedAtTheLast }).Apply(Rules.Parse(Rules.First), new ApplyOptions { CheckOnly = true })));
    }

    [Fact]
    public void Beside_another_program_the_rules_work_all_the_same() => _namespace.Run(() =>
    {
        using BpfLink other = AttachAccept(0);
        _namespace.Open().Apply(Rules.Parse(Rules.First));
        Assert.Equal(Rules.DroppedByFirst, Rules.Dropped());
    });

    [Fact]
    public void A_hook_without_a_free_place_is_an_error_that_leaves_nothing() => _namespace.Run(() =>
    {
        BpfLink[] others = [.. Enumerable.Range(0, 10).Select(AttachAccept)];
        FirewallException refusal = Assert.Throws<FirewallException>(() => _namespace.Open().Apply(Rules.Parse(Rules.First)));
        Assert.Equal(FirewallFailure.Refused, refusal.Failure);
        Assert.False(Directory.Exists(_namespace.Pins));
        Array.ForEach(others, other => other.Dispose());
        _namespace.Open().Apply(Rules.Parse(Rules.First));
    });

    [Fact]
    public void An_engine_refuses_to_work_on_a_thread_of_another_namespace()
    {
        FirewallEngine engine = _namespace.Run(() => _namespace.Open());
        Assert.Throws<InvalidOperationException>(() => engine.Apply(Rules.Parse(Rules.First)));
    }

    [Fact]
    public void A_user_without_rights_is_told_which_are_missing()
    {
        CommandResult result = Command.Try(["setpriv", "--bounding-set=-all", "--inh-caps=-all", .. _namespace.Agent([], "apply", "/dev/null")]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON", result.Errors);
        Assert.Contains("Permission", result.Errors);
    }

    [Fact]
    public void No_descriptor_and_no_file_is_left_by_anything()
    {
        // In a process of its own: this one's other tests open and close descriptors meanwhile.
        Assert.Equal("", Command.Run(_namespace.Agent(_namespace.Enter, "leaks", _files.First, _files.Second)));
        Assert.False(Directory.Exists(_namespace.Pins));
        Assert.Empty(Directory.GetFileSystemEntries(_namespace.Root));
    }

    public void Dispose()
    {
        _namespace.Dispose();
        _files.Dispose();
    }

    private void AssertFirstInForce()
    {
        Assert.Equal(Rules.DroppedByFirst, _namespace.Run(Rules.Dropped));
        Assert.Equal(Rules.Print(Rules.Parse(Rules.First)), Rules.Print(_namespace.Read()!.Rules));
    }

    private string[] AllPins() => [.. Directory.GetFileSystemEntries(_namespace.Pins, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static void FailAfter(string last, string step)
    {
        if (step == last)
        {
            throw new InjectedException();
        }
    }

    /// <summary>All programs are good but the last one, which returns a verdict that there is not.</summary>
    private static CompiledPrograms RefusedAtTheLast(
        RuleSet rules, Family family, ICounterIndexes counters, CompileOptions options)
    {
        CompiledPrograms compiled = CompiledRules.Compile(rules, family, counters, options);
        return family == HookPoint.All[^1].Family ? compiled with { Specs = compiled.Specs.SetItem(compiled.Specs.Length - 1, Returning(7)) } : compiled;
    }

    /// <summary>Somebody else's program, on the way in of IPv4.</summary>
    private static BpfLink AttachAccept(int priority)
    {
        using BpfProgram program = BpfProgram.Load(Returning(1), KernelBtf.Types, new Dictionary<string, BpfMap>());
        return BpfLink.AttachNetfilter(program, Family.IPv4, Hook.LocalIn, priority);
    }

    private static ProgramSpec Returning(int verdict) => Programs.Constant(verdict) with { Name = "other" };

    private sealed class InjectedException : Exception;
}
