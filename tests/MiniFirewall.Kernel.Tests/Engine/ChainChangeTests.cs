using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.EngineAgent;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Rules that go to chains, chains that come and go, and several rules of one command, changed while packets pass.</summary>
public sealed class ChainChangeTests : IDisposable
{
    /// <summary>Random commands in a row; MINIFW_CHANGES asks for another number.</summary>
    private static readonly int s_changes = int.Parse(Environment.GetEnvironmentVariable("MINIFW_CHANGES") ?? "600");

    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void A_rule_that_goes_to_a_chain_loads_no_program()
    {
        _namespace.Apply("-N web\n-A web -p udp --dport 1002 -j DROP\n-A INPUT -p udp --dport 7 -j web\n" + Others);
        ulong generation = Read().Generation;

        Change("-I INPUT -p udp --dport 1001:1002 -j web");
        Assert.Equal("4:1002", Dropped());
        Change("-A web -p udp --dport 1001 -g web", isRefused: true);
        Change("-A web -p udp --dport 1001 -j DROP");
        Assert.Equal("4:1001 4:1002", Dropped());
        Change("-R INPUT 1 -p udp --dport 1001 -g web");
        Assert.Equal("4:1001", Dropped());

        Assert.Equal(generation, Read().Generation);
        Assert.Equal("2 2 1 0", Counts("web", 2) + " " + Counts("INPUT", 2));
        Assert.True(RunningProof.Assert(_namespace) > 100);
    }

    [Fact]
    public void A_chain_that_comes_later_has_its_rules_with_the_first_that_goes_to_it()
    {
        _namespace.Apply(Others);
        ulong generation = Read().Generation;
        foreach (string command in (string[])["-N inner", "-N late", "-A inner -p udp --dport 1002 -j DROP", "-A late -p udp --dport 1001 -j DROP", "-A late -j inner"])
        {
            Change(command);
            Assert.Equal("", Dropped());
        }

        Change("-I INPUT -j late");
        Assert.Equal("4:1001 4:1002", Dropped());
        Change("-X inner", isRefused: true);
        Change("-D late 1");
        Change("-A inner -p udp --dport 1001 -j DROP");
        Assert.Equal("4:1001 4:1002", Dropped());
        Change("-D INPUT -j late");
        Change("-F late");
        Change("-X late");
        Change("-N late");
        Change("-A late -p udp --dport 1001 -j DROP");
        Change("-I INPUT -p udp -j late");
        Assert.Equal("4:1001", Dropped());

        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 100);
        Assert.Equal("1 3", Counts("late", 1) + " " + Counts("INPUT", 1));
    }

    [Fact]
    public void A_chain_that_was_loaded_goes_and_another_of_its_name_comes()
    {
        _namespace.Apply("-N web\n-A web -p udp --dport 1001 -j DROP\n-A INPUT -p udp -j web\n" + Others);
        ulong generation = Read().Generation;
        Assert.Equal("4:1001 6:1001", Dropped());

        Change("-X web", isRefused: true);
        Change("-F web");
        Change("-X web", isRefused: true);
        Change("-D INPUT -p udp -j web");
        Change("-X web");
        Assert.Equal(FamilySet.IPv6, Read().Rules.Find("web")!.Families);
        Change("-A INPUT -j web", isRefused: true);
        Assert.Equal("6:1001", Dropped());
        Assert.True(RunningProof.Assert(_namespace) > 100);
        Change("-F", FamilySet.IPv6);
        Change("-X", FamilySet.IPv6);
        Assert.Null(Read().Rules.Find("web"));
        Assert.Equal("", Dropped());

        Change("-N web");
        Change("-A web -p udp --dport 1002 -j DROP");
        Change("-I INPUT -p udp -j web");
        Assert.Equal("4:1002", Dropped());
        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 100);
    }

    [Fact]
    public void A_renamed_chain_goes_on_with_its_rules_and_those_that_go_to_it()
    {
        _namespace.Apply("-4 -N web\n-4 -A web -p udp --dport 1001 -j DROP\n-4 -A INPUT -p udp -j web\n" + Others);
        Change("-N late");
        Change("-A late -p udp --dport 1002 -j DROP");
        Change("-A web -j late");
        ulong generation = Read().Generation;
        Assert.Equal("4:1001 4:1002", Dropped());
        string counts = Counts("web", 2);

        Change("-E web www");
        Change("-E late later");
        Assert.Equal(counts, Counts("www", 2));
        Change("-E web again", isRefused: true);
        Change("-E www later", isRefused: true);
        Assert.Equal("4:1001 4:1002", Dropped());
        Assert.Equal("-p udp -j www;-p udp -m udp --dport 1001 -j DROP -j later;-p udp -m udp --dport 1002 -j DROP", Lines("INPUT", "www", "later"));

        Change("-I later -p udp --dport 1002 -j ACCEPT");
        Assert.Equal("4:1001", Dropped());
        Change("-D later 1");
        Assert.Equal("4:1001 4:1002", Dropped());
        Change("-A INPUT -j web", isRefused: true);
        Change("-D INPUT -p udp -j web", isRefused: true);
        Change("-D INPUT -p udp -j www");
        Assert.Equal("", Dropped());
        Change("-I INPUT -p udp --dport 1002 -g www");
        Assert.Equal("4:1002", Dropped());
        Change("-I www -p udp --dport 1002 -j ACCEPT");
        Assert.Equal("", Dropped());
        Change("-D www 1");
        Change("-E www web");
        Change("-E later www");
        Assert.Equal("-p udp -m udp --dport 1002 -g web;-p udp -m udp --dport 1001 -j DROP -j www;-p udp -m udp --dport 1002 -j DROP", Lines("INPUT", "web", "www"));
        Assert.Equal("4:1002", Dropped());
        Assert.True(RunningProof.Assert(_namespace) > 100);

        Change("-D INPUT 1");
        Change("-F web");
        Change("-X web");
        Change("-F www");
        Change("-X www");
        Assert.Equal((generation, 3), (Read().Generation, Read().Rules.Chains.Length));

        // The whole way from here finds the same.
        Change("-N www");
        Change("-E www web");
        Change("-A web -p udp --dport 1001 -j DROP");
        Change("-I INPUT -j web");
        string before = Rules.Print(Read().Rules);
        _namespace.Run(() => _namespace.Open().Apply(Read().Rules));
        Assert.Equal((before, generation + 1), (Rules.Print(Read().Rules), Read().Generation));
        Assert.Equal("4:1001", Dropped());
    }

    [Fact]
    public void A_chain_of_one_family_becomes_one_of_both_and_of_the_other()
    {
        _namespace.Apply("-4 -N web\n-4 -A web -p udp --dport 1001 -j DROP\n-4 -A INPUT -p udp -j web\n" + Others);
        ulong generation = Read().Generation;
        Change("-N web", FamilySet.IPv6);
        Assert.Equal(FamilySet.Both, Read().Rules.Find("web")!.Families);
        Change("-N web", isRefused: true);
        Change("-A web -p udp --dport 1002 -j DROP", FamilySet.IPv6);
        Assert.Equal("4:1001", Dropped());
        Change("-I INPUT -p udp -j web", FamilySet.IPv6);
        Assert.Equal("4:1001 6:1002", Dropped());
        Assert.True(RunningProof.Assert(_namespace) > 100);

        Change("-D INPUT -p udp -j web");
        Change("-F web");
        Change("-X web");
        Assert.Equal(FamilySet.IPv6, Read().Rules.Find("web")!.Families);
        Change("-E web www", FamilySet.IPv6);
        Change("-N www");
        Change("-A www -p udp --dport 1002 -j DROP");
        Change("-A INPUT -p udp -j www");
        Assert.Equal("4:1002 6:1002", Dropped());

        // One that came later, likewise; it goes when neither family has it.
        Change("-N late");
        Change("-N late", FamilySet.IPv6);
        Change("-X late");
        Assert.Equal(FamilySet.IPv6, Read().Rules.Find("late")!.Families);
        Change("-A late -p udp --dport 1001 -j DROP", FamilySet.IPv6);
        Change("-A INPUT -j late", FamilySet.IPv6);
        Assert.Equal("4:1002 6:1001 6:1002", Dropped());
        Change("-F INPUT", FamilySet.IPv6);
        Change("-F late", FamilySet.IPv6);
        Change("-X late", FamilySet.IPv6);
        Assert.Null(Read().Rules.Find("late"));
        Assert.Equal("4:1002", Dropped());
        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 100);
    }

    /// <summary>What packets of a hook must not meet stands in chains of other hooks, and these stay out of its reach.</summary>
    [Fact]
    public void Rules_that_are_not_for_every_hook_stand_in_chains_of_others()
    {
        _namespace.Apply("-N in\n-N out\n-N idle\n-A INPUT -p udp -j in\n-A OUTPUT -p udp -j out\n" + Others + Others.Replace("INPUT", "OUTPUT", StringComparison.Ordinal));
        ulong generation = Read().Generation;
        Change("-A out -p udp --dport 1001 -m owner --uid-owner 0 -j DROP");
        Change("-A in -p udp --dport 1002 -m policy --dir in --pol none -j DROP");
        Assert.Equal("4:1001 4:1002", Dropped());
        Change("-A in -m owner --uid-owner 0", isRefused: true);
        Change("-A out -m mac --mac-source 02:00:00:00:00:09", isRefused: true);
        Change("-A INPUT -j out", isRefused: true);
        Change("-A out -j in", isRefused: true);

        // A chain that no packet comes to takes all of them, and is then for hooks that may have them all: none.
        Change("-A idle -m owner --uid-owner 0");
        Change("-A OUTPUT -j idle");
        Change("-D OUTPUT -j idle");
        Change("-A idle -m mac --mac-source 02:00:00:00:00:09");
        Change("-A OUTPUT -j idle", isRefused: true);
        Change("-A INPUT -j idle", isRefused: true);
        Change("-D idle 1");
        Change("-A INPUT -j idle");
        Change("-A idle -m owner --uid-owner 0", isRefused: true);
        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 200);
    }

    /// <summary>The images know the chain by the name that another one is to have now.</summary>
    [Fact]
    public void A_renamed_chains_first_name_is_another_chains()
    {
        _namespace.Apply("-4 -N web\n-4 -A web -p udp --dport 1001 -j DROP\n-4 -A INPUT -p udp -j web\n" + Others);
        Change("-E web www");
        ulong generation = Read().Generation;
        Change("-N web");
        Change("-A web -p udp --dport 1002 -j DROP");
        Assert.Equal("4:1001", Dropped());
        Change("-I INPUT -p udp -j web");
        Assert.Equal("4:1001 4:1002", Dropped());
        Assert.Equal("-p udp -j web -p udp -j www", Lines("INPUT"));
        Change("-A web -j www");
        Change("-A www -j web", isRefused: true);
        Change("-E web again");
        Change("-N web");
        Change("-A INPUT -j web");
        Change("-D INPUT -p udp -j www");
        Assert.Equal(("4:1001 4:1002", "-p udp -j again -j web"), (Dropped(), Lines("INPUT")));
        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 100);
    }

    [Fact]
    public void Two_chains_change_their_names()
    {
        _namespace.Apply("-4 -N one\n-4 -N two\n-4 -A one -p udp --dport 1001 -j DROP\n-4 -A two -p udp --dport 1002 -j DROP\n-4 -A INPUT -p udp -j one\n" + Others);
        ulong generation = Read().Generation;
        foreach (string command in (string[])["-E one x", "-E two one", "-E x two"])
        {
            Change(command);
            Assert.Equal("4:1001", Dropped());
        }

        Assert.Equal("-p udp -j two", Lines("INPUT"));
        Change("-A INPUT -p udp -j one");
        Assert.Equal(("4:1001 4:1002", "-p udp -j two -p udp -j one"), (Dropped(), Lines("INPUT")));
        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 100);
    }

    /// <summary>A command in place, as the next writer finds it, and what is in force meanwhile.</summary>
    [Theory]
    [InlineData("-X idle", "-N idle")]
    [InlineData("-E web www", "-E www web")]
    public void Killed_after_each_step_while_a_chain_goes_or_is_renamed(string command, string back)
    {
        _namespace.Apply("-4 -N web\n-4 -A web -p udp --dport 1001 -j DROP\n-4 -A INPUT -p udp -j web\n-4 -N idle\n" + Others);
        string before = Rules.Print(Read().Rules);
        ulong generation = Read().Generation;
        var steps = new List<string>();
        Change(command, parts: new EngineParts { AfterStep = steps.Add });
        Assert.Equal(QuickChange.WriteEpoch, steps[^1]);
        string after = Rules.Print(Read().Rules);
        Assert.NotEqual(before, after);
        Change(back);
        Assert.Equal(before, Rules.Print(Read().Rules));
        foreach (string step in steps)
        {
            CommandResult result = Command.Try(_namespace.Agent(_namespace.Enter, ["change", step, .. command.Split(' ')]));
            Assert.True(result.Killed, $"{step}: {result}");
            string now = step == QuickChange.WriteEpoch ? after : before;
            Assert.Equal(now, Rules.Print(Read().Rules));
            Assert.Equal("4:1001", Dropped());

            // The next writer's epoch must not put in force what was left.
            Change("-A INPUT -p tcp --dport 2000 -j DROP");
            Change("-D INPUT -p tcp --dport 2000 -j DROP");
            Assert.Equal(now, Rules.Print(Read().Rules));
            Change(step == QuickChange.WriteEpoch ? back : command);
            Change(step == QuickChange.WriteEpoch ? command : back);
            Assert.Equal(step == QuickChange.WriteEpoch ? after : before, Rules.Print(Read().Rules));
            Assert.Equal("4:1001", Dropped());
            Assert.True(RunningProof.Assert(_namespace) > 100);
        }

        Assert.Equal(generation, Read().Generation);
    }

    /// <summary>Whoever reads while chains go round in their names finds a rule that goes to the chain there is.</summary>
    [Fact]
    public async Task Readers_find_rules_and_names_of_one_moment()
    {
        _namespace.Apply("-4 -N web\n-4 -A web -p udp --dport 1001 -j DROP\n-4 -A INPUT -p udp -j web\n" + Others);
        Task writing = Task.Run(
            () =>
            {
                for (int i = 0; i < 60; i++)
                {
                    Change(i % 2 == 0 ? "-E web www" : "-E www web");
                    Change(i % 2 == 0 ? "-A INPUT -p tcp --dport 7 -j www" : "-D INPUT -p tcp --dport 7 -j web");
                    Change(i % 2 == 0 ? "-N late" : "-D INPUT -j late");
                    Change(i % 2 == 0 ? "-A INPUT -j late" : "-X late");
                }
            },
            TestContext.Current.CancellationToken);
        int reads = 0;
        for (; !writing.IsCompleted; reads++)
        {
            RuleSet rules = Read().Rules;
            Assert.Equal($"-p udp -j {rules.Chains[3].Name}", rules.Chains[0].Rules[0].ToString());
        }

        await writing;
        Assert.True(reads > 10, $"{reads} reads");
    }

    [Fact]
    public void Rules_of_one_command_come_and_go_together()
    {
        _namespace.Apply(Others);
        ulong generation = Read().Generation;

        Change("-A INPUT -s 127.0.0.1,127.0.0.2,127.0.0.3 -p udp --dport 1001 -j DROP");
        Change("-I INPUT 2 -s 10.0.0.1,127.0.0.1 -d 10.0.0.2,127.0.0.1 -p udp --dport 1002 -j DROP");
        Assert.Equal("4:1001 4:1002", Dropped());
        Assert.Equal(["127.0.0.1 127.0.0.1", "127.0.0.1 10.0.0.2", "10.0.0.1 127.0.0.1", "10.0.0.1 10.0.0.2"],
            Read().Rules.Find("INPUT")!.Rules.Skip(1).Take(4).Select(rule => rule.ToString().Replace("/32", "").Split(' ')).Select(words => $"{words[1]} {words[3]}"));
        Assert.True(RunningProof.Assert(_namespace) > 100);

        Change("-D INPUT -s 127.0.0.3,127.0.0.1 -p udp --dport 1001 -j DROP");
        Change("-D INPUT -s 127.0.0.2,127.0.0.2 -p udp --dport 1001 -j DROP", isRefused: true);
        Assert.Equal("4:1002", Dropped());
        Assert.Equal(generation, Read().Generation);
    }

    [Theory]
    [InlineData("-A first -j third", "-A third -j first", "a circle")]
    [InlineData("-A first -g third", "-A third -g first", "a circle of chains that no packet comes to")]
    [InlineData("-A INPUT -m owner --uid-owner 0", null, "a match of another hook")]
    [InlineData("-A INPUT -j local", null, "a chain with such a match")]
    [InlineData("-A INPUT -j nowhere", null, "no such chain")]
    public void What_the_rules_in_force_do_not_allow_is_refused_as_before(string command, string? next, string why)
    {
        _namespace.Apply("-N first\n-N second\n-N third\n-N local\n-A second -j third\n-A OUTPUT -j local\n-A local -m owner --uid-owner 5\n" + Others);
        if (next is not null)
        {
            Change(command);
        }

        string before = Rules.Print(Read().Rules);
        Change(next ?? command, isRefused: true);
        Assert.True(before == Rules.Print(Read().Rules), why);
    }

    [Fact]
    public void More_chains_one_behind_the_other_than_images_can_wait_for_are_straight_code()
    {
        _namespace.Apply(string.Concat(Enumerable.Range(0, 20).Select(i => $"-N c{i}\n")) + Others);
        for (int i = 0; i < 20; i++)
        {
            Change(i == 0 ? "-A INPUT -j c0" : $"-A c{i - 1} -j c{i}");
        }

        Change("-A c19 -p udp --dport 1001 -j DROP");
        Assert.Equal("4:1001", Dropped());
    }

    [Fact]
    public void Killed_after_each_step_while_a_chain_comes()
    {
        _namespace.Apply(Others);
        foreach (string command in (string[])["-N late", "-A late -p udp --dport 1001 -j DROP", "-A late -p udp --dport 1002 -j DROP"])
        {
            Change(command);
        }

        var steps = new List<string>();
        Change("-I INPUT -j late", parts: new EngineParts { AfterStep = steps.Add });
        Change("-D INPUT 1");
        Assert.Equal(QuickChange.WriteEpoch, steps[^1]);
        ulong generation = Read().Generation;
        foreach (string step in steps)
        {
            Change("-F late");
            Change("-X late");
            Change("-N late");
            Change("-A late -p udp --dport 1001 -j DROP");
            Change("-A late -p udp --dport 1002 -j DROP");
            CommandResult result = Command.Try(_namespace.Agent(_namespace.Enter, ["change", step, .. "-I INPUT -p udp -j late".Split(' ')]));
            Assert.True(result.Killed, $"{step}: {result}");
            Assert.Equal(step == QuickChange.WriteEpoch ? "4:1001 4:1002" : "", Dropped());
            if (step == QuickChange.WriteEpoch)
            {
                Change("-D INPUT 1");
            }

            // A rule that the killed writer did not see, in a chain that it had begun to bring.
            Change("-D late 1");
            Assert.Equal("", Dropped());
            Change("-I INPUT -p udp -j late");
            Assert.Equal("4:1002", Dropped());
            Assert.True(RunningProof.Assert(_namespace) > 100);
            Change("-D INPUT 1");
            Assert.Equal((step, generation), (step, Read().Generation));
        }
    }

    /// <summary>What is in force is at all times what the whole rule set becomes by the same commands, and its images are proved.</summary>
    [Fact]
    public void Random_commands_in_a_row()
    {
        _namespace.Apply("-N a\n-A a -p udp --dport 1001 -j DROP\n-4 -N b\n-4 -A INPUT -p udp -j b\n-6 -N d\n" + Others);
        var random = new Random(7);
        int quick = 0, made = 0;
        for (int i = 0; i < s_changes; i++)
        {
            (ulong generation, string[] words) = (Read().Generation, RandomCommand(random).Split(' '));
            FamilySet families = random.Next(4) == 0 ? FamilySet.IPv6 : FamilySet.IPv4;
            RuleCommand command = AgentChanges.Read(words, families);
            RuleSet? expected = command.ApplyTo(Read().Rules).Rules;
            bool isMade = TryChange(words, families);
            Assert.True(isMade == expected is not null, string.Join(' ', words));
            Assert.Equal(expected is null ? Rules.Print(Read().Rules) : Rules.Print(expected), Rules.Print(Read().Rules));
            made += isMade ? 1 : 0;
            quick += isMade && Read().Generation == generation ? 1 : 0;
            if (i % 10 == 0)
            {
                RunningProof.Assert(_namespace);
            }
        }

        // Of a few it may be chance.
        Assert.True(made < 50 || quick > made * 3 / 4, $"of {made} changes {quick} were made in place");
    }

    private static string RandomCommand(Random random)
    {
        string[] chains = ["INPUT", "INPUT", "a", "b", "c", "d"], targets = ["-j DROP", "-j ACCEPT", "-j a", "-j b", "-g b", "-j c", "-j d", "-g d", "-j RETURN", ""];
        string[] matches = ["-p udp --dport 1001", "-p udp --dport 1002", "-p udp", "-p udp --dport 1001:1002", ""];
        string chain = chains[random.Next(chains.Length)], rule = $"{matches[random.Next(matches.Length)]} {targets[random.Next(targets.Length)]}".Trim();
        string command = random.Next(10) switch
        {
            0 or 1 or 2 => $"-A {chain} {rule}",
            3 or 4 => $"-I {chain} {random.Next(3) + 1} {rule}",
            5 => $"-D {chain} {random.Next(3) + 1}",
            6 => $"-D {chain} {rule}",
            7 => $"-R {chain} {random.Next(3) + 1} {rule}",
            8 => random.Next(2) == 0 ? $"-N {chains[random.Next(2, 6)]}" : $"-E {chains[random.Next(2, 6)]} {chains[random.Next(2, 6)]}",
            _ => random.Next(3) switch { 0 => $"-F {chains[random.Next(2, 6)]}", _ => $"-X {chains[random.Next(2, 6)]}" },
        };
        return command.Trim();
    }

    /// <summary>Enough rules in INPUT to be no straight code; they say nothing of the tests' packets.</summary>
    private static string Others => string.Concat(Enumerable.Range(0, 100).Select(i => $"-A INPUT -p tcp --dport {i + 1} -j DROP\n"));

    private LoadedRuleSet Read() => _namespace.Read()!;

    /// <summary>How many packets of IPv4 the first rules of a chain have counted.</summary>
    private string Counts(string chain, int rules)
    {
        LoadedRuleSet loaded = Read();
        return string.Join(' ', Enumerable.Range(1, rules).Select(number => loaded.OfRule(loaded.Rules.Find(chain)!, number, Family.IPv4).Packets));
    }

    private string Dropped() => _namespace.Run(() => Probe.Dropped(1001, 1002));

    /// <summary>Chains' rules of IPv4 that are not tcp's, as they are read.</summary>
    private string Lines(params string[] chains)
    {
        RuleSet rules = Read().Rules;
        return string.Join(';', chains.Select(chain => string.Join(' ', rules.Find(chain)!.Rules.Where(rule => rule.Families.Has(Family.IPv4)).Select(rule => rule.ToString()).Where(text => !text.Contains("tcp")))));
    }

    private void Change(string arguments, bool isRefused = false, EngineParts? parts = null) =>
        Assert.Equal((arguments, !isRefused), (arguments, TryChange(arguments.Split(' '), FamilySet.IPv4, parts)));

    private void Change(string arguments, FamilySet families) => Assert.True(TryChange(arguments.Split(' '), families), arguments);

    private bool TryChange(string[] words, FamilySet families, EngineParts? parts = null) => _namespace.Run(() =>
    {
        try
        {
            AgentChanges.Make(_namespace.Open(parts), words, families);
            return true;
        }
        catch (Exception e) when (e is FormatException or Compiler.CompileException or FirewallException)
        {
            return false;
        }
    });
}
