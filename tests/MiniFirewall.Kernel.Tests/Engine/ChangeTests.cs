using System.Diagnostics;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.EngineAgent;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>One rule changed in the rules in force: beside them where that can be, else as a whole; old or new, never a mixture.</summary>
public sealed class ChangeTests : IDisposable
{
    private const string Chosen = "-p udp --dport 1001 -j DROP", Other = "-p udp --dport 1002 -j DROP";

    /// <summary>Kills at random moments; MINIFW_KILLS asks for another number.</summary>
    private static readonly int s_kills = int.Parse(Environment.GetEnvironmentVariable("MINIFW_KILLS") ?? "200");

    /// <summary>Changes in a row; MINIFW_CHANGES asks for another number.</summary>
    private static readonly int s_changes = int.Parse(Environment.GetEnvironmentVariable("MINIFW_CHANGES") ?? "1500");

    private readonly TestNamespace _namespace = new();

    [Fact]
    public void A_change_loads_no_program_and_other_rules_go_on_counting()
    {
        _namespace.Apply(List($"-4 -A INPUT {Chosen}\n-6 -A INPUT {Chosen}\n"));
        LoadedRuleSet before = Read();
        Assert.Equal("4:1001 6:1001", Dropped());

        Change($"-A INPUT {Other}");
        Assert.Equal("4:1001 4:1002 6:1001", Dropped());
        Change("-A INPUT -p udp --dport 1003 -j DROP");
        Change("-R INPUT 103 -p udp --dport 1004 -j DROP");
        Change("-D INPUT 1");
        Change("-I INPUT 1 -p udp --dport 1005 -j ACCEPT");
        Assert.Equal("4:1002 6:1001", Dropped());

        LoadedRuleSet after = Read();
        Assert.Equal((before.Generation, string.Join(' ', before.Programs)), (after.Generation, string.Join(' ', after.Programs)));
        Assert.Equal(3UL, CountOf(after, "--dport 1001", Family.IPv6));
        Assert.Equal(2UL, CountOf(after, "--dport 1002", Family.IPv4));
    }

    [Theory]
    [InlineData("-A INPUT -p udp -m conntrack --ctstate NEW --dport 1002 -j DROP", "tracking that begins")]
    [InlineData("-A INPUT -p udp --dport 1002 -m connlimit --connlimit-above 0 -j DROP", "tracking and counting that begin")]
    public void What_cannot_be_made_beside_the_rules_in_force_is_applied_as_a_whole(string change, string why)
    {
        _namespace.Apply($"-N web\n-A web -j DROP\n{List($"-A INPUT {Chosen}\n")}");
        ulong generation = Read().Generation;

        Change(change);

        Assert.True(Read().Generation > generation, why);
        Assert.Equal("4:1001 4:1002 6:1001", Dropped());
    }

    [Fact]
    public void Counters_that_are_given_go_on()
    {
        _namespace.Apply($"-4 -A INPUT {Chosen}\n{List("")}");
        ulong generation = Read().Generation;
        Change("-A INPUT -p udp --dport 1002 -c 5 600 -j DROP");
        Change("-A INPUT -p udp --dport 1003 -j DROP");
        Assert.Equal("4:1001 4:1002", Dropped());
        LoadedRuleSet after = Read();
        Assert.Equal((generation, 6UL, 1UL), (after.Generation, CountOf(after, "--dport 1002", Family.IPv4), CountOf(after, "--dport 1001", Family.IPv4)));

        // A writer that was killed has left counters for a slot that the next rule gets.
        CommandResult result = Command.Try(_namespace.Agent(_namespace.Enter, ["change", QuickChange.WriteCounters, .. "-A INPUT -p udp --dport 1004 -c 70 7000 -j DROP".Split(' ')]));
        Assert.True(result.Killed, $"{result}");
        Change("-R INPUT 1 -p udp --dport 1001 -j DROP");
        Assert.Equal("4:1001 4:1002", Dropped());
        Assert.Equal((generation, 1UL), (Read().Generation, CountOf(Read(), "--dport 1001", Family.IPv4)));
    }

    [Fact]
    public void The_second_change_of_a_short_list_loads_no_program()
    {
        _namespace.Apply($"-4 -A INPUT {Chosen}\n-A OUTPUT -p tcp -j DROP\n");
        Change($"-A INPUT {Other}");
        ulong generation = Read().Generation;

        Change("-D INPUT 1");
        Change($"-I INPUT {Chosen}");
        Assert.Equal((generation, "4:1001 4:1002"), (Read().Generation, Dropped()));

        Change("-D OUTPUT 1");
        Assert.Equal(generation + 1, Read().Generation);
        Change("-D INPUT 1");
        Assert.Equal((generation + 1, "4:1002"), (Read().Generation, Dropped()));
    }

    [Fact]
    public void Killed_after_each_step_of_a_change()
    {
        _namespace.Apply(List(""));
        Change($"-I INPUT {Chosen}");
        foreach (string step in StepsOf($"-R INPUT 1 {Chosen}"))
        {
            CommandResult result = Command.Try(_namespace.Agent(_namespace.Enter, ["change", step, .. $"-R INPUT 1 {Other}".Split(' ')]));
            Assert.True(result.Killed, $"{step}: {result}");
            Assert.Equal(step == QuickChange.WriteEpoch ? "4:1002" : "4:1001", AssertWhole());

            Change($"-A INPUT -p udp --dport 1005 -j ACCEPT");
            Assert.Equal(step == QuickChange.WriteEpoch ? "4:1002" : "4:1001", AssertWhole());
            Change($"-R INPUT 1 {Chosen}");
            Assert.Equal("4:1001", AssertWhole());
        }
    }

    [Fact]
    public void Killed_at_random_moments()
    {
        _namespace.Apply(List($"-4 -A INPUT {Chosen}\n"));
        var random = new Random(1);
        for (int i = 0; i < s_kills; i++)
        {
            using Process process = Command.Start(_namespace.Agent(_namespace.Enter, "changes"));
            process.StandardOutput.ReadLine();
            Thread.Sleep(TimeSpan.FromMilliseconds(random.NextDouble() * 30));
            process.Kill();
            process.WaitForExit();
            AssertWhole();
        }
    }

    /// <summary>The list under change is compared with one that is changed as a list, when there is room and when there is none left.</summary>
    [Fact]
    public void Many_changes_in_a_row()
    {
        _namespace.Apply(List($"-4 -A INPUT {Chosen}\n"));
        var random = new Random(1);
        List<string> ports = [];
        for (int i = 0; i < s_changes; i++)
        {
            int place = random.Next(ports.Count + 1);
            string port = $"{3000 + random.Next(2000)}";
            if (ports.Count > 20 || (place < ports.Count && random.Next(2) == 0))
            {
                place = Math.Min(place, ports.Count - 1);
                Change($"-D INPUT {place + 1}");
                ports.RemoveAt(place);
            }
            else
            {
                Change($"-I INPUT {place + 1} -p udp --dport {port} -j DROP");
                ports.Insert(place, port);
            }
        }

        IEnumerable<string> texts = Read().Rules.Find("INPUT")!.Rules.Where(rule => rule.Families == FamilySet.IPv4).Select(rule => rule.ToString());
        Assert.Equal([.. ports.Select(port => $"-p udp -m udp --dport {port} -j DROP"), "-p udp -m udp --dport 1001 -j DROP"], texts);
        int[] asked = [.. ports.Select(int.Parse).Distinct().Order().Take(10), 1001, 1002];
        Assert.Equal(string.Join(' ', asked[..^1].Select(port => $"4:{port}")), _namespace.Run(() => Probe.Dropped(asked)));
    }

    public void Dispose() => _namespace.Dispose();

    /// <summary>Enough rules in INPUT to be no straight code; they say nothing of the tests' packets.</summary>
    private static string List(string first) => first + string.Concat(Enumerable.Range(0, 100).Select(i => $"-A INPUT -p tcp --dport {i + 1} -j DROP\n"));

    private LoadedRuleSet Read() => _namespace.Read()!;

    private string Dropped() => _namespace.Run(() => Probe.Dropped(1001, 1002));

    private void Change(string arguments, EngineParts? parts = null) => _namespace.Run(() => AgentChanges.Make(_namespace.Open(parts), arguments.Split(' ')));

    private List<string> StepsOf(string arguments)
    {
        var steps = new List<string>();
        Change(arguments, new EngineParts { AfterStep = steps.Add });
        Assert.Equal(QuickChange.WriteEpoch, steps[^1]);
        return steps;
    }

    private static ulong CountOf(LoadedRuleSet loaded, string text, Family family)
    {
        Chain input = loaded.Rules.Find("INPUT")!;
        int place = input.Rules.ToList().FindIndex(rule => rule.Families.Has(family) && rule.ToString().Contains(text, StringComparison.Ordinal));
        return loaded.OfRule(input, place + 1, family).Packets;
    }

    /// <summary>Packets meet one of the two rules, and it is the one that is read. Returns what is dropped.</summary>
    private string AssertWhole()
    {
        string dropped = Dropped();
        Rule first = Read().Rules.Find("INPUT")!.Rules[0];
        Assert.Equal(dropped switch { "4:1001" => "-p udp -m udp --dport 1001 -j DROP", "4:1002" => "-p udp -m udp --dport 1002 -j DROP", _ => $"a mixture: {dropped}" }, first.ToString());
        return dropped;
    }
}
