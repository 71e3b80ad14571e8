using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Connections;
using MiniFirewall.EngineAgent;
using MiniFirewall.Kernel.Tests.Engine;
using Xunit;
using TestRules = MiniFirewall.Kernel.Tests.Engine.Rules;

namespace MiniFirewall.Kernel.Tests.Trials;

/// <summary>A rule set on trial goes by itself, with all that has been changed since, and the one before is back as it was.</summary>
public sealed class TrialTests : IDisposable
{
    private static readonly TrialRequest s_short = new(TimeSpan.FromMilliseconds(300), TrialKind.Confirm);
    private static readonly TrialRequest s_long = new(TimeSpan.FromHours(1), TrialKind.Confirm);

    private readonly TestNamespace _namespace = new();
    private readonly RuleFiles _files = new();

    public void Dispose()
    {
        _namespace.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void The_rules_before_are_back_when_the_time_is_over()
    {
        _namespace.Apply(TestRules.First);
        Try(TestRules.Second, s_short);
        WaitForEnd();
        AssertInForce(TestRules.First, TestRules.DroppedByFirst);
        Assert.True(Status().IsBack);
        Assert.Contains("are on no trial", Assert.Throws<FirewallException>(Confirm).Message);

        // And again from there, and a commit after it.
        Try(TestRules.Second, s_short);
        WaitForEnd();
        AssertInForce(TestRules.First, TestRules.DroppedByFirst);
        _namespace.Apply(TestRules.Second);
        AssertInForce(TestRules.Second, TestRules.DroppedBySecond);
        Assert.False(Status().IsBack);
        AssertTidy();
    }

    [Fact]
    public void Without_rules_before_none_are_back()
    {
        Try(TestRules.First, s_short);
        WaitForEnd();
        Assert.Equal("", _namespace.Run(TestRules.Dropped));
        Assert.Null(_namespace.Read());
        _namespace.Apply(TestRules.Second);
        AssertInForce(TestRules.Second, TestRules.DroppedBySecond);
    }

    [Fact]
    public void Confirmed_rules_stay()
    {
        _namespace.Apply(TestRules.First);
        Try(TestRules.Second, s_long);
        RunningTrial trial = Status().Trial!;
        Assert.Equal((TrialKind.Confirm, 1UL), (trial.Kind, trial.BackTo));
        Assert.InRange(trial.Left, TimeSpan.FromMinutes(30), TimeSpan.FromHours(1));
        Confirm();
        Assert.Null(Status().Trial);
        AssertInForce(TestRules.Second, TestRules.DroppedBySecond);
        AssertTidy();
    }

    [Fact]
    public void Whoever_goes_back_has_the_rules_before_at_once()
    {
        _namespace.Apply(TestRules.First);
        Try(TestRules.Second, s_long);
        GoBack();
        AssertInForce(TestRules.First, TestRules.DroppedByFirst);
        AssertTidy();
    }

    /// <summary>The first is changed by one rule, the second by a commit, the third is another trial: all go back to what was before the first.</summary>
    [Fact]
    public void All_that_changes_on_trial_goes_back_with_it()
    {
        _namespace.Apply(TestRules.First);
        Try(TestRules.Second, s_long);
        Change("-A INPUT -p udp --dport 1001 -j DROP");
        Assert.Equal("4:1001 4:1002 4:2002 6:1002 6:2002", _namespace.Run(TestRules.Dropped));
        Change("-P FORWARD DROP");
        _namespace.Apply("-A INPUT -p udp --dport 2001 -j DROP\n");
        Assert.Equal("4:2001 6:2001", _namespace.Run(TestRules.Dropped));
        Assert.NotNull(Status().Trial);
        Try(TestRules.Second, s_short);
        WaitForEnd();
        AssertInForce(TestRules.First, TestRules.DroppedByFirst);
        _namespace.Apply(TestRules.Second);
        AssertTidy();
    }

    [Fact]
    public void Off_ends_a_trial()
    {
        _namespace.Apply(TestRules.First);
        Try(TestRules.Second, s_short);
        _namespace.Run(() => _namespace.Open().Off());
        Thread.Sleep(s_short.Time * 2);
        Assert.Equal("", _namespace.Run(TestRules.Dropped));
        Assert.Null(_namespace.Read());
    }

    [Fact]
    public void A_commit_that_the_trial_outruns_changes_nothing()
    {
        _namespace.Apply(TestRules.First);
        Try(TestRules.Second, s_short);
        var parts = new EngineParts { AfterStep = step => WaitWhere(step == "pin counters") };
        FirewallException over = Assert.Throws<FirewallException>(() => _namespace.Apply("-A INPUT -p udp --dport 2001 -j DROP\n", parts));
        Assert.Contains("trial", over.Message);
        AssertInForce(TestRules.First, TestRules.DroppedByFirst);

        void WaitWhere(bool isThere)
        {
            if (isThere)
            {
                WaitForEnd();
            }
        }
    }

    [Fact]
    public void Killed_after_any_step_it_is_held()
    {
        _namespace.Apply(TestRules.First);
        List<string> steps = [];
        _namespace.Run(() => _namespace.Open(new EngineParts { AfterStep = steps.Add }).Apply(TestRules.Parse(TestRules.Second), new ApplyOptions { Trial = s_long }));
        GoBack();
        _namespace.Apply(TestRules.First);
        Assert.Contains(CommitTrial.Arm, steps);
        foreach (string step in steps)
        {
            CommandResult killed = Command.Try(_namespace.Agent(_namespace.Enter, "try", _files.Second, "400", step));
            Assert.True(killed.Killed, $"{step}: {killed}");
            if (steps.IndexOf(step) >= steps.IndexOf(CommitStep.Switch))
            {
                WaitForEnd();
            }

            AssertInForce(TestRules.First, TestRules.DroppedByFirst);
            _namespace.Apply(TestRules.First);
            AssertTidy();
        }
    }

    [Fact]
    public void Counters_are_what_they_were()
    {
        const string Counting = "-A INPUT -p udp --dport 1001 -j DROP\n";
        _namespace.Apply(Counting);
        _namespace.Run(TestRules.Dropped);
        ulong before = Counted();
        Assert.Equal(1UL, before);
        Try("-A INPUT -p udp --dport 1002 -j DROP\n-A INPUT -p udp --dport 2002 -j DROP\n" + Counting, s_short);
        _namespace.Run(TestRules.Dropped);
        WaitForEnd();
        Assert.Equal(before, Counted());
        Change("-A INPUT -p udp --dport 2002 -j DROP");
        _namespace.Run(() => Assert.Equal(0UL, _namespace.Open().Read() is { } read ? read.OfRule(read.Rules.Chains[0], 2, Packets.Family.IPv4).Packets : 1));

        ulong Counted() => _namespace.Run(() => _namespace.Open().Read() is { } read ? read.OfRule(read.Rules.Chains[0], 1, Packets.Family.IPv4).Packets : 0);
    }

    /// <summary>The rules on trial ask nothing of connections, and all the same follow those that the rules before know.</summary>
    [Theory]
    [InlineData("-A INPUT -p udp --dport 2002 -j DROP\n")]
    [InlineData("connections max 5000\n-A INPUT -m conntrack --ctstate INVALID -j DROP\n")]
    public void Connections_are_what_they_have_become(string onTrial)
    {
        _namespace.Apply("-A INPUT -m conntrack --ctstate INVALID -j DROP\n");
        _namespace.Run(TestRules.Dropped);
        ulong before = Sent();
        Try(onTrial, s_long);
        _namespace.Run(() => Probe.SendOnce(1001));
        Assert.Equal(before + 1, Sent());
        GoBack();
        Assert.Equal(before + 1, Sent());

        Try(onTrial, s_long);
        Confirm();
        bool isAsked = onTrial.Contains("conntrack", StringComparison.Ordinal);
        _namespace.Run(() => Assert.Equal(isAsked ? (4088L * 2, true) : (0, false), Table()));

        ulong Sent() => _namespace.Run(() =>
        {
            using var connections = _namespace.Open().OpenConnections()!;
            ulong sent = 0;
            ConnectionWalk walk = connections.Walk();
            while (walk.MoveNext())
            {
                Connection connection = walk.Current;
                sent += connection.DestinationPort == 1001 && connection.Family == Packets.Family.IPv4 ? connection.Original.Packets : 0;
            }

            return sent;
        });

        (long Most, bool IsThere) Table()
        {
            using var connections = _namespace.Open().OpenConnections();
            return (connections?.Status().Most ?? 0, connections is not null);
        }
    }

    [Fact]
    public void Sets_that_packets_change_are_what_they_were()
    {
        const string Set = "set seen type hash:ip timeout 600 { 192.0.2.1 }\n-A INPUT -p udp --dport 1001 -j SET --add-set seen src\n";
        _namespace.Apply(Set);
        _namespace.Run(TestRules.Dropped);
        Assert.Equal(["127.0.0.1", "192.0.2.1", "::1"], Elements());
        Try(Set.Replace("192.0.2.1", "192.0.2.2"), s_long);
        Assert.Equal(["127.0.0.1", "192.0.2.2", "::1"], Elements());
        GoBack();
        Assert.Equal(["127.0.0.1", "192.0.2.1", "::1"], Elements());

        string[] Elements() => _namespace.Run(() => TestRules.Print(_namespace.Read()!.Rules).Split('\n')
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0]).ToArray());
    }

    private void Try(string rules, TrialRequest trial) => _namespace.Run(() => _namespace.Open().Apply(TestRules.Parse(rules), new ApplyOptions { Trial = trial }));

    private void Confirm() => _namespace.Run(() => _namespace.Open().Confirm());

    private void GoBack() => _namespace.Run(() => _namespace.Open().GoBack());

    private void Change(string arguments) => _namespace.Run(() => AgentChanges.Make(_namespace.Open(), arguments.Split(' ')));

    private FirewallStatus Status() => _namespace.Run(() => _namespace.Open().Status());

    private void WaitForEnd() => Waiting.Until("the trial's end", () => _namespace.Run(() => _namespace.Open().ReadTrial()) is null);

    private void AssertInForce(string rules, string dropped)
    {
        Assert.Equal(dropped, _namespace.Run(TestRules.Dropped));
        Assert.Equal(TestRules.Print(TestRules.Parse(rules)), TestRules.Print(_namespace.Read()!.Rules));
    }

    private void AssertTidy()
    {
        Assert.Equal([$"generation-{_namespace.Read()!.Generation}"], Directory.GetDirectories(_namespace.Directory).Select(Path.GetFileName));
        Assert.Equal(TestNamespace.PinsAtRest, Directory.GetFiles(_namespace.Directory).Length);
    }
}
