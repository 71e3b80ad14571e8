using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.EngineAgent;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Policies changed while rules are in force: no program is loaded, and packets and readers see the same one.</summary>
public sealed class PolicyChangeTests : IDisposable
{
    private const string Both = "4:1001 4:1002";

    /// <summary>The policies are asked of two ports only.</summary>
    private const string Others = "-A INPUT -p udp -m udp ! --dport 1001:1002 -j ACCEPT\n-A OUTPUT -p udp -m udp ! --dport 1001:1002 -j ACCEPT\n";

    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    /// <summary>A chain of straight code, and one that is looked up.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    public void A_policy_changes_and_no_program_is_loaded(int rules)
    {
        _namespace.Apply(Others + string.Concat(Enumerable.Range(0, rules).Select(i => $"-A INPUT -p tcp --dport {i + 1} -j DROP\n")));
        LoadedRuleSet before = Read();

        Change("-P INPUT DROP");
        Assert.Equal(Both, Dropped());
        AssertPolicies(Verdict.Drop, Verdict.Accept);
        Assert.Equal(2UL, Counted(Family.IPv4));

        Change("-P OUTPUT DROP");
        Change("-P INPUT ACCEPT");
        Assert.Equal(Both, Dropped());
        AssertPolicies(Verdict.Accept, Verdict.Drop);
        Change("-P OUTPUT ACCEPT");
        Assert.Equal("", Dropped());

        LoadedRuleSet after = Read();
        Assert.Equal((before.Generation, string.Join(' ', before.Programs)), (after.Generation, string.Join(' ', after.Programs)));
    }

    [Fact]
    public void What_is_applied_later_keeps_the_policy()
    {
        _namespace.Apply(Others + "-A INPUT -p tcp -j DROP\n");
        ulong generation = Read().Generation;
        Change("-P INPUT DROP");
        Change("-A INPUT -p udp --dport 1001 -j ACCEPT");
        Assert.True(Read().Generation > generation);
        Assert.Equal("4:1002", Dropped());
        AssertPolicies(Verdict.Drop, Verdict.Accept);

        generation = Read().Generation;
        Change("-D INPUT 3");
        Change("-P INPUT ACCEPT");
        Assert.Equal((generation, ""), (Read().Generation, Dropped()));
        AssertPolicies(Verdict.Accept, Verdict.Accept);
    }

    [Fact]
    public void Counters_given_with_a_policy_stay()
    {
        _namespace.Apply(Others + "-A INPUT -p tcp -j DROP\n");
        Change("-P INPUT DROP -c 70 7000");
        AssertPolicies(Verdict.Drop, Verdict.Accept);
        Assert.Equal(70UL, Counted(Family.IPv4));
    }

    [Fact]
    public void Killed_when_the_policy_is_written()
    {
        _namespace.Apply(Others + "-A INPUT -p tcp -j DROP\n");
        List<string> steps = [];
        Change("-P INPUT DROP", new EngineParts { AfterStep = steps.Add });
        Assert.Equal([PolicyChange.WritePolicy], steps);

        CommandResult result = Command.Try(_namespace.Agent(_namespace.Enter, ["change", PolicyChange.WritePolicy, "-P", "INPUT", "ACCEPT"]));
        Assert.True(result.Killed, $"{result}");
        Assert.Equal("", Dropped());
        AssertPolicies(Verdict.Accept, Verdict.Accept);
        Change("-P INPUT DROP");
        Assert.Equal(Both, Dropped());
    }

    private void AssertPolicies(Verdict input, Verdict output)
    {
        RuleSet rules = Read().Rules;
        Assert.Equal((input, output), (rules.Find("INPUT")!.PolicyV4.Verdict, rules.Find("OUTPUT")!.PolicyV4.Verdict));
        Assert.Equal((Verdict.Accept, Verdict.Accept), (rules.Find("INPUT")!.PolicyV6.Verdict, rules.Find("OUTPUT")!.PolicyV6.Verdict));
    }

    private ulong Counted(Family family)
    {
        LoadedRuleSet loaded = Read();
        return loaded.OfPolicy(loaded.Rules.Find("INPUT")!, family).Packets;
    }

    private LoadedRuleSet Read() => _namespace.Read()!;

    private string Dropped() => _namespace.Run(() => Probe.Dropped(1001, 1002));

    private void Change(string arguments, EngineParts? parts = null) => _namespace.Run(() => AgentChanges.Make(_namespace.Open(parts), arguments.Split(' ')));
}
