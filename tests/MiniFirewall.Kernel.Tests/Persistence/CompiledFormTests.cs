using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Persistence;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;
using TestRules = MiniFirewall.Kernel.Tests.Engine.Rules;

namespace MiniFirewall.Kernel.Tests.Persistence;

/// <summary>What is kept compiled is loaded without compiling, means and counts the same, and gives way to the text wherever it does not fit.</summary>
public sealed class CompiledFormTests : IDisposable
{
    private const string Drop = "-A INPUT -p udp --dport 1001 -j DROP\n-A OUTPUT -p udp --dport 2001 -j DROP\n";

    private static readonly string Long = string.Concat(Enumerable.Range(1, 60).Select(i => $"-A INPUT -p udp --dport {3000 + i} -j DROP\n"));

    private readonly TestNamespace _namespace = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("mfwf-").FullName;
    private int _compiled;

    private string Form => Path.Combine(_directory, CompiledFormFile.Name);

    public void Dispose()
    {
        _namespace.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("straight code", "")]
    [InlineData("a long list", "LONG")]
    [InlineData("sets", "set deny { 192.0.2.1, 198.51.100.0/24 }\n-A INPUT -m set --match-set deny src -j DROP\n")]
    [InlineData("what remembers", "-A INPUT -p udp --dport 7 -m limit --limit 3/minute -j DROP\n-A INPUT -p udp --dport 8 -m hashlimit --hashlimit-above 1/hour --hashlimit-mode srcip --hashlimit-name x -j DROP\n")]
    [InlineData("recent addresses", "-A INPUT -p udp --dport 19 -m recent --name seen --set -j DROP\n")]
    [InlineData("connections", "-A INPUT -m conntrack --ctstate INVALID -j DROP\n-A INPUT -p tcp -m connlimit --connlimit-above 3 -j DROP\n")]
    [InlineData("live names", "-A INPUT -s localhost -p udp --dport 1005 -j DROP\n")]
    public void Nothing_is_compiled_twice(string kind, string more)
    {
        string rules = (more == "LONG" ? Long : more) + Drop;
        Keep("");
        Keep(rules);
        RuleSet before = _namespace.Read()!.Rules;
        Assert.True(Load() == 0, kind);
        Assert.Equal(before, _namespace.Read()!.Rules);
        Assert.Equal("4:1001 4:2001 6:1001 6:2001", _namespace.Run(() => Probe.Dropped(1001, 1002, 2001, 2002)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_rule_has_its_own_counter_still(bool isLong)
    {
        string list = isLong ? Long : "";
        Keep(list + "-A INPUT -p udp --dport 1001 -j DROP\n-A INPUT -p udp --dport 1002 -j DROP\n-A INPUT -p udp --dport 1003 -j DROP\n");
        // The third goes on in its slot; the new ones take slots that were free, in another order than that of the rules.
        Keep(list + "-A INPUT -p udp --dport 1004 -j DROP\n-A INPUT -p udp --dport 1003 -j DROP\n-A INPUT -p udp --dport 1005 -j DROP\n");
        Assert.Equal(0, Load());
        _namespace.Run(() => Array.ForEach([1003, 1004, 1004, 1005, 1005, 1005], Probe.SendOnce));
        LoadedRuleSet loaded = _namespace.Read()!;
        Chain input = loaded.Rules.Find("INPUT")!;
        int first = input.Rules.Length - 2;
        Assert.Equal([2UL, 1UL, 3UL], [.. Enumerable.Range(first, 3).Select(number => loaded.OfRule(input, number, Family.IPv4).Packets)]);

        // What comes after goes on counting.
        Keep(list + "-A INPUT -p udp --dport 1005 -j DROP\n");
        _namespace.Run(() => Probe.SendOnce(1005));
        loaded = _namespace.Read()!;
        input = loaded.Rules.Find("INPUT")!;
        Assert.Equal(4UL, loaded.OfRule(input, input.Rules.Length, Family.IPv4).Packets);
    }

    [Fact]
    public void A_damaged_form_gives_way_to_the_text()
    {
        Keep(Drop);
        byte[] whole = File.ReadAllBytes(Form);
        var random = new Random(1);
        string text = Kept().Text!;
        Assert.NotNull(CompiledFormFile.TryDecode(text, whole));
        for (int i = 0; i < 1000; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Null(CompiledFormFile.TryDecode(text, damaged));
            Assert.Null(CompiledFormFile.TryDecode(text, whole[..random.Next(whole.Length)]));
        }

        File.WriteAllBytes(Form, whole[..^1]);
        AssertCompiledOnce();
    }

    [Fact]
    public void A_form_of_another_text_gives_way_to_the_text()
    {
        Keep(Drop + "-A INPUT -p udp --dport 1002 -j DROP\n");
        byte[] other = File.ReadAllBytes(Form);
        Keep(Drop);
        File.WriteAllBytes(Form, other);
        AssertCompiledOnce();
    }

    [Fact]
    public void A_form_for_another_kernel_gives_way_to_the_text()
    {
        Keep(Drop);
        Rewrite(form => form with { Facts = form.Facts.Replace("Netfilter", "Test", StringComparison.Ordinal) });
        AssertCompiledOnce();
    }

    [Fact]
    public void A_form_whose_counters_are_of_other_rules_gives_way_to_the_text()
    {
        Keep(Drop);
        Rewrite(form => form with { Order = form.Order + 1 });
        AssertCompiledOnce();
    }

    [Fact]
    public void A_form_that_the_verifier_refuses_gives_way_to_the_text()
    {
        Keep(Drop);
        Rewrite(form => form with { Families = [form.Families[0] with { Specs = [.. form.Families[0].Specs.Select(WithoutItsEnd)] }, form.Families[1]] });
        AssertCompiledOnce();
    }

    [Fact]
    public void What_else_a_form_is_compiled_for_is_among_its_facts()
    {
        var options = new CompileOptions();
        string facts = FormFacts.Of(options, RuleSet.Empty);
        Dictionary<string, CompileOptions> others = new()
        {
            [nameof(CompileOptions.Prologue)] = options with { Prologue = PrologueKind.Test },
            [nameof(CompileOptions.Context)] = options with { Context = ContextKind.Module },
            [nameof(CompileOptions.Structure)] = options with { Structure = ListStructure.Straight },
            [nameof(CompileOptions.Loops)] = options with { Loops = LoopKind.Calls },
            [nameof(CompileOptions.Hertz)] = options with { Hertz = options.Hertz + 1 },
            [nameof(CompileOptions.MinutesWest)] = options with { MinutesWest = 60 },
            [nameof(CompileOptions.KernelTracking)] = options with { KernelTracking = KernelTracking.States },
            [nameof(CompileOptions.Estimators)] = options with { Estimators = ImmutableDictionary<string, int>.Empty.Add("a", 1) },
            [nameof(CompileOptions.RecentLists)] = options with { RecentLists = ImmutableDictionary<string, int>.Empty.Add("seen", 20) },
            [nameof(CompileOptions.AlwaysTracks)] = options with { AlwaysTracks = true },
            [nameof(CompileOptions.ConnectionBuckets)] = options with { ConnectionBuckets = options.ConnectionBuckets * 2 },
            [nameof(CompileOptions.HasSpare)] = options with { HasSpare = true },
        };
        Assert.All(others, other => Assert.NotEqual(facts, FormFacts.Of(other.Value, RuleSet.Empty)));

        // Which lists are expected to change only chooses between two structures that mean the same; traces are for measurements.
        string[] without = [nameof(CompileOptions.Changing), nameof(CompileOptions.Trace)];
        Assert.Equal(typeof(CompileOptions).GetProperties().Select(property => property.Name).Except(without).Order(), others.Keys.Order());
    }

    [Fact]
    public void What_the_system_said_when_the_rules_were_read_is_among_the_facts()
    {
        static RuleSet Read(ulong id) => RuleSetReader.Read(
            "test", "-A OUTPUT -m cgroup --path a -j DROP\n", ReadOptions.Default with { Cgroups = new OneCgroup(id) }).Rules!;
        Assert.Equal(Read(3), Read(4));
        Assert.NotEqual(FormFacts.Of(new(), Read(3)), FormFacts.Of(new(), Read(4)));
    }

    [Fact]
    public void A_change_beside_the_rules_leaves_no_form_and_the_next_load_makes_one()
    {
        Keep(Long + Drop);
        Assert.True(File.Exists(Form));
        _namespace.Run(() => Open().Apply(running => WithFirst(running!.Rules, "-A INPUT -p udp --dport 1002 -j DROP\n"), ChangeNote.Of("test")));
        Assert.False(File.Exists(Form));
        AssertCompiledOnce("4:1001 4:1002 4:2001 6:1001 6:1002 6:2001");
    }

    [Fact]
    public void Off_leaves_no_form()
    {
        Keep(Drop);
        _namespace.Run(() => Open().Off(ChangeNote.Of("test")));
        Assert.False(File.Exists(Form));
    }

    [Fact]
    public void A_disk_without_room_for_it_or_that_is_read_only_loses_nothing_else()
    {
        Command.Run("mount", "-t", "tmpfs", "-o", "size=16k", "none", _directory);
        try
        {
            Keep(Drop);
            Assert.False(File.Exists(Form));
            Command.Run("mount", "-o", "remount,ro", _directory);
            Assert.NotEqual(0, Load());
            Assert.Equal("4:1001 4:2001 6:1001 6:2001", _namespace.Run(() => Probe.Dropped(1001, 1002, 2001, 2002)));
        }
        finally
        {
            Command.Run("umount", _directory);
        }
    }

    private static ProgramSpec WithoutItsEnd(ProgramSpec spec) => spec with { Code = spec.Code with { Instructions = spec.Code.Instructions[..^1] } };

    private static RuleSet WithFirst(RuleSet rules, string line)
    {
        Rule rule = TestRules.Parse(line).Find("INPUT")!.Rules[0];
        return rules with { Chains = [.. rules.Chains.Select(chain => chain.Name == "INPUT" ? chain with { Rules = chain.Rules.Insert(0, rule) } : chain)] };
    }

    /// <summary>A load compiles, means what the text says, and leaves a form that the next load takes.</summary>
    private void AssertCompiledOnce(string dropped = "4:1001 4:2001 6:1001 6:2001")
    {
        Assert.NotEqual(0, Load());
        Assert.Equal(dropped, _namespace.Run(() => Probe.Dropped(1001, 1002, 2001, 2002)));
        Assert.Equal(0, Load());
        Assert.Equal(dropped, _namespace.Run(() => Probe.Dropped(1001, 1002, 2001, 2002)));
    }

    private void Rewrite(Func<CompiledForm, CompiledForm> change)
    {
        string text = Kept().Text!;
        File.WriteAllBytes(Form, CompiledFormFile.Encode(text, change(CompiledFormFile.TryDecode(text, File.ReadAllBytes(Form))!)));
    }

    private KeptRules Kept() => _namespace.Run(() => Open().OnDisk!);

    private void Keep(string rules) => _namespace.Run(() => Open().Apply(RuleSetReader.Read("test", rules, ReadOptions.Default with { LiveNames = true }).Rules!, ChangeNote.Of("test")));

    /// <summary>As after a boot; how many families' rules were compiled for it.</summary>
    private int Load()
    {
        int before = _compiled;
        _namespace.Run(() =>
        {
            _namespace.Open().Off();
            PersistentRules rules = Open();
            rules.Load(rules.OnDisk!);
        });
        return _compiled - before;
    }

    private PersistentRules Open() => PersistentRules.In(_namespace.Open(new EngineParts { Programs = Counted }), _directory);

    private CompiledPrograms Counted(RuleSet rules, Family family, MiniFirewall.Rules.Lowering.ICounterIndexes counters, CompileOptions options)
    {
        Interlocked.Increment(ref _compiled);
        return CompiledRules.Compile(rules, family, counters, options);
    }

    private sealed class OneCgroup(ulong id) : MiniFirewall.Rules.Names.ICgroups
    {
        public MiniFirewall.Rules.Names.Cgroup? Find(string path) => new(id, 1);
    }
}
