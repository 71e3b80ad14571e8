using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Sets;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Sets of the rules in force change without a reload; packets see the old or the new, and a killed writer leaves one of them.</summary>
public sealed class SetChangeTests : IDisposable
{
    private const string Ports = "set ports type bitmap:port { 1001 }\n-A INPUT -p udp -m set --match-set ports dst -j DROP\n";
    private const string Networks = "set nets { 192.0.2.0/24 }\n-A INPUT -p udp --dport 1001 -m set --match-set nets src -j DROP\n";

    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Elements_come_and_go_while_the_programs_stay()
    {
        _namespace.Apply(Ports);
        LoadedRuleSet before = _namespace.Read()!;
        Assert.Equal("4:1001 6:1001", Dropped());
        Assert.Equal(1, Edit("ports", SetEdit.Add, "1002"));
        Assert.Equal(0, Edit("ports", SetEdit.Add, "1002"));
        Assert.Equal("4:1001 4:1002 6:1001 6:1002", Dropped());
        Assert.Equal(1, Edit("ports", SetEdit.Remove, "1001", "1003"));
        Assert.Equal("4:1002 6:1002", Dropped());
        Edit("ports", SetEdit.Replace, "1003", "2001-3000");
        Assert.Equal("4:1003 6:1003", Dropped());

        LoadedRuleSet after = _namespace.Read()!;
        Assert.Equal(before.Generation, after.Generation);
        Assert.Equal(before.Programs, after.Programs);
        Assert.Equal(1001, after.Rules.Sets.Single().Elements.Count);
        SetSummary summary = _namespace.Run(() => _namespace.Open().ReadSets())!.Single();
        Assert.Equal(("ports", 1001), (summary.Set.Name, summary.Count));
    }

    [Fact]
    public void New_prefix_lengths_and_more_elements_than_there_was_room_for()
    {
        _namespace.Apply(Networks);
        Assert.Equal("", Dropped());
        Edit("nets", SetEdit.Add, "127.0.0.0/8");
        Assert.Equal("4:1001", Dropped());
        Edit("nets", SetEdit.Add, "::1");
        Assert.Equal("4:1001 6:1001", Dropped());
        string[] many = [.. Enumerable.Range(0, 20_000).Select(i => $"10.{i >> 8}.{i & 255}.0/24")];
        Assert.Equal(many.Length, Edit("nets", SetEdit.Add, many));
        Assert.Equal("4:1001 6:1001", Dropped());
        Assert.Equal(many.Length, Edit("nets", SetEdit.Remove, many));
        Edit("nets", SetEdit.Remove, "127.0.0.0/8");
        Assert.Equal("6:1001", Dropped());
        Assert.Equal(2, _namespace.Read()!.Rules.Sets.Single().Elements.Count);
    }

    [Fact]
    public void An_apply_replaces_sets_with_the_rules()
    {
        _namespace.Apply(Ports);
        Edit("ports", SetEdit.Add, "1002");
        _namespace.Apply("set ports type bitmap:port { 1003 }\nset other { }\n-A INPUT -p udp -m set --match-set ports dst -j DROP\n");
        Assert.Equal("4:1003 6:1003", Dropped());
        _namespace.Apply(Rules.First);
        Assert.Equal(Rules.DroppedByFirst, _namespace.Run(Rules.Dropped));
        Assert.Empty(_namespace.Read()!.Rules.Sets);
    }

    [Fact]
    public void A_rule_that_stands_twice_as_one_object_keeps_its_set()
    {
        RuleSet once = Rules.Parse(Ports);
        RuleSet twice = once with { Chains = [.. once.Chains.Select(chain => chain with { Rules = [.. chain.Rules, .. chain.Rules] })] };
        _namespace.Run(() => _namespace.Open().Apply(twice));
        Assert.Equal("4:1001 6:1001", Dropped());
        Assert.Equal("ports", _namespace.Read()!.Rules.Sets.Single().Name);
    }

    [Fact]
    public void A_set_that_is_not_there_is_refused()
    {
        _namespace.Apply(Ports);
        FirewallException refusal = Assert.Throws<FirewallException>(() => Edit("prts", SetEdit.Add, "1"));
        Assert.Equal("there is no set prts: the sets are ports", refusal.Message);
    }

    [Fact]
    public void Under_traffic_what_old_and_new_have_in_common_is_always_there()
    {
        const int Port = 1001, Rounds = 200;
        _namespace.Apply(Ports);
        using var stop = new CancellationTokenSource();
        int sent = 0;
        var sender = new Thread(() => sent = _namespace.Run(() => Probe.SendUntil(Port, stop.Token)));
        sender.Start();
        for (int round = 0; round < Rounds; round++)
        {
            string[] others = [.. Enumerable.Range(0, round % 7 * 50).Select(i => $"{5000 + (round * 3) + i}")];
            switch (round % 3)
            {
                case 0: Edit("ports", SetEdit.Replace, [.. others, $"{Port}"]); break;
                case 1: Edit("ports", SetEdit.Add, others); break;
                default: Edit("ports", SetEdit.Remove, others); break;
            }
        }

        stop.Cancel();
        sender.Join();
        LoadedRuleSet loaded = _namespace.Read()!;
        Chain input = loaded.Rules.Find("INPUT")!;
        Assert.True(sent > 1000, $"only {sent} sent");
        Assert.Equal((ulong)sent, loaded.OfRule(input, 1, Family.IPv4).Packets);
        Assert.Equal(0u, loaded.OfPolicy(input, Family.IPv4).Packets);
    }

    [Theory]
    [InlineData(SetEdit.Add, "change element", "4:1001 4:1002 6:1001 6:1002")]
    [InlineData(SetEdit.Remove, "change element", "")]
    [InlineData(SetEdit.Replace, "build set", "4:1001 6:1001")]
    [InlineData(SetEdit.Replace, "switch set", "4:1002 6:1002")]
    public void Killed_after_each_step(SetEdit edit, string step, string dropped)
    {
        Assert.SkipWhen(edit == SetEdit.Replace && !TestContexts.HaveArenas, "sets are tables here: elements are replaced one by one");
        _namespace.Apply(Ports);
        string entry = edit == SetEdit.Remove ? "1001" : "1002";
        CommandResult result = Command.Try(_namespace.Agent(_namespace.Enter, "set", "ports", edit.ToString(), step, entry));
        Assert.True(result.Killed, $"{result}");
        Assert.Equal(dropped, Dropped());

        // The next writer finds nothing in its way.
        Edit("ports", SetEdit.Replace, "1003");
        Assert.Equal("4:1003 6:1003", Dropped());
        _namespace.Apply(Rules.First);
        Assert.Equal(Rules.DroppedByFirst, _namespace.Run(Rules.Dropped));
    }

    [Fact]
    public void Killed_after_each_step_of_an_apply_with_sets()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, Ports.Replace("1001", "1002", StringComparison.Ordinal));
        var steps = new List<string>();
        _namespace.Apply(Ports);
        _namespace.Apply(Ports, new EngineParts { AfterStep = steps.Add });
        Assert.Contains(TestContexts.HaveArenas ? "pin sets" : "pin setelements-0", steps);
        foreach (string step in steps)
        {
            _namespace.Apply(Ports);
            Assert.True(Command.Try(_namespace.Agent(_namespace.Enter, "apply", file, step)).Killed, step);
            bool switched = steps.IndexOf(step) >= steps.IndexOf(CommitStep.Switch);
            Assert.Equal(switched ? "4:1002 6:1002" : "4:1001 6:1001", Dropped());
            Assert.Equal(switched ? 1002 : 1001, _namespace.Read()!.Rules.Sets.Single().Elements.Span[0].Port);
        }

        File.Delete(file);
    }

    [Fact]
    public void Killed_at_random_moments_of_a_replacement()
    {
        const int Kills = 25;
        _namespace.Apply(Ports);
        var random = new Random(1);
        for (int i = 0; i < Kills; i++)
        {
            using System.Diagnostics.Process process = Command.Start(
                _namespace.Agent(_namespace.Enter, "set", "ports", "Replace", "none", i % 2 == 0 ? "1001" : "1002", $"5000-{20_000 + i}"));
            Thread.Sleep(TimeSpan.FromMilliseconds(random.NextDouble() * 250));
            process.Kill();
            process.WaitForExit();
            string dropped = Dropped();
            Assert.True(dropped is "4:1001 6:1001" or "4:1002 6:1002", $"a mixture: dropped are {dropped}");
            NamedSet set = _namespace.Read()!.Rules.Sets.Single();
            Assert.True(set.Elements.Count == 1 || set.Elements.Count > 15_000, $"{set.Elements.Count} elements");
            Assert.Contains(dropped[2..6], set.Elements.Sorted().Select(element => SetNotation.Print(set.Type, element)));
        }

        Edit("ports", SetEdit.Replace, "1003");
        Assert.Equal("4:1003 6:1003", Dropped());
    }

    private string Dropped() => _namespace.Run(() => Probe.Dropped(1001, 1002, 1003));

    private int Edit(string name, SetEdit edit, params string[] entries) => _namespace.Run(() => _namespace.Open().EditSet(name, edit, set =>
    {
        var elements = new SetElements();
        var reader = new SetElementReader(set.Type, set.Families, NetworkNames.BuiltIn);
        Assert.All(entries, entry => Assert.True(reader.TryRead(entry, noMatch: false, elements), reader.Problem));
        return elements;
    }));
}
