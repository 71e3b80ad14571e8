using System.Net;
using System.Net.Sockets;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.Home;
using MiniFirewall.Engine.State;
using MiniFirewall.EngineAgent;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys.Namespaces;
using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Trials;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Rules that are the first of their kind, changed in place: programs that can do more take the places of those in force, over the same image.</summary>
public sealed class WideningTests : IDisposable
{
    /// <summary>Random commands in a row; MINIFW_CHANGES asks for another number.</summary>
    private static readonly int s_changes = int.Parse(Environment.GetEnvironmentVariable("MINIFW_CHANGES") ?? "300");

    /// <summary>What begins tracking in place, where that can be.</summary>
    private static readonly string[] s_tracks = ProviderChoice.KernelHasLinks ? ["-m conntrack --ctstate INVALID"] : [];

    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    /// <param name="rule">Matches the tests' datagrams.</param>
    [Theory]
    [InlineData("-i lo")]
    [InlineData("-m length --length 38")]
    [InlineData("-m ttl --ttl-eq 64")]
    [InlineData("-m mark --mark 0")]
    [InlineData("-m tos --tos 0")]
    [InlineData("-m pkttype --pkt-type host")]
    [InlineData("-m addrtype --dst-type LOCAL")]
    [InlineData("-m limit --limit 1000/s --limit-burst 1000")]
    [InlineData("-m statistic --mode nth --every 1 --packet 0")]
    [InlineData("-m quota --quota 100000")]
    [InlineData("-m u32 --u32 0>>28=4")]
    [InlineData("-m string --algo bm --hex-string |7f000001|")]
    [InlineData("-m time --timestart 00:00 --timestop 23:59:59")]
    [InlineData("-m time --kerneltz --timestart 00:00 --timestop 23:59:59")]
    [InlineData("-m recent --name seen --set")]
    [InlineData("-m recent --name seen ! --rcheck")]
    [InlineData("-m hashlimit --hashlimit-name rates --hashlimit-upto 1000/s --hashlimit-burst 1000 --hashlimit-mode srcip")]
    [InlineData("-m hashlimit --hashlimit-name rates --hashlimit-above 1000/s --hashlimit-burst 1000 --hashlimit-mode srcip,dstport", true)]
    [InlineData("-m cpu ! --cpu 4000")]
    [InlineData("-m socket", true)]
    public void A_rule_that_asks_what_no_rule_asked_loads_wider_programs(string match, bool isAnyAnswer = false)
    {
        SkipWithoutLinks(match);
        _namespace.Apply(Others);
        ulong generation = Read().Generation;

        Change($"-A INPUT -p udp --dport 1001 {match} -j DROP");

        string dropped = Dropped();
        Assert.True(dropped == "4:1001" || (isAnyAnswer && dropped.Length == 0), dropped);
        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 100);

        // What the programs can do now stands in the image, for the next such rule, and for one of yet another kind.
        Change($"-I INPUT -p udp --dport 1002 {match} -j DROP");
        Change("-A INPUT -p udp --dport 1002 -m dscp --dscp 0 -m ttl --ttl-gt 2 -m statistic --mode random --probability 1 -j DROP");
        Assert.Equal(dropped + (dropped.Length == 0 ? "4:1002" : " 4:1002"), Dropped());
        Assert.Equal(generation, Read().Generation);
        Assert.Equal(3, Read().Rules.Find("INPUT")!.Rules.Length - 100);
    }

    [Theory]
    [InlineData("-j REJECT", "4:1001")]
    [InlineData("-j LOG", "")]
    [InlineData("-j NFLOG --nflog-group 5", "")]
    [InlineData("-j MARK --set-mark 7", "")]
    [InlineData("-j NFQUEUE --queue-num 9", "4:1001")]
    [InlineData("-j AUDIT --type drop", "")]
    [InlineData("-j DROP -m set --match-set nowhere src", null)]
    public void So_does_the_first_target_of_its_kind(string target, string? dropped)
    {
        SkipWithoutLinks(target);
        _namespace.Apply(Others);
        ulong generation = Read().Generation;
        Change($"-A INPUT -p udp --dport 1001 {target}", isRefused: dropped is null);
        if (dropped is not null)
        {
            Change($"-A INPUT -p udp --dport 1001:1002 -s 127.0.0.0/8 {target}");
            Assert.Equal(dropped.Length == 0 ? "" : "4:1001 4:1002", Dropped());
            Change("-D INPUT 102");
            Assert.Equal(dropped, Dropped());
            Assert.Equal("2", Counts("INPUT", 101).Split(' ')[^1]);
        }

        // Whether the module may answer is for all rules to say.
        bool isWhole = target == "-j REJECT" && ProviderChoice.Default == HookProvider.Module;
        Assert.Equal(isWhole ? generation + 1 : generation, Read().Generation);
    }

    [Fact]
    public void Marks_that_change_are_tested_as_they_are_by_then()
    {
        _namespace.Apply("-N late\n" + Others);
        ulong generation = Read().Generation;
        Change("-A INPUT -p udp --dport 1001 -j MARK --set-mark 7");
        Change("-A INPUT -p udp -m mark --mark 7 -j DROP");
        Change("-A INPUT -p udp --dport 1002 -m mark --mark 0 -j DROP");
        Assert.Equal("4:1001 4:1002", Dropped());
        Assert.Equal(generation, Read().Generation);

        // Where rules have tested marks before, all programs are made anew.
        _namespace.Apply("-A INPUT -p udp -m mark --mark 7 -j DROP\n-A INPUT -p udp --dport 1002 -m mark --mark 0 -j DROP\n" + Others);
        Change("-I INPUT -p udp --dport 1001 -j MARK --set-mark 7");
        Assert.Equal("4:1001 4:1002 6:1002", Dropped());
    }

    /// <summary>Lists of counts get room for it, and those of lower limits are as long from then on; a command may have several.</summary>
    [Fact]
    public void A_connlimit_may_be_higher_than_those_before()
    {
        SkipWithoutLinks("-m connlimit");
        _namespace.Apply("-A INPUT -p udp --dport 1001 -m connlimit --connlimit-above 2 -j DROP\n-A INPUT -p udp --dport 1001 -m connlimit --connlimit-above 1 --connlimit-daddr\n" + Others);
        ulong generation = Read().Generation;
        Change("-I INPUT -p udp --dport 1002 -m connlimit --connlimit-above 150 -j DROP");
        Change("-I INPUT -p udp --dport 1003 -m connlimit --connlimit-above 90 -j DROP");
        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 100);
        SendFrom(5, 1001);
        SendFrom(170, 1002);
        SendFrom(95, 1003);
        Assert.Equal(["5", "20", "3", "1"], Counts("INPUT", 4).Split(' '));

        Change("-I INPUT -p udp --dport 1004 -m connlimit --connlimit-above 10 --connlimit-daddr -j DROP");
        Change("-I INPUT -p udp --dport 1005 -m connlimit --connlimit-above 700 --connlimit-daddr -j DROP");
        Assert.Equal(generation, Read().Generation);
        SendFrom(13, 1004);
        Assert.Equal("3", Counts("INPUT", 2).Split(' ')[^1]);
    }

    [Fact]
    public void What_the_programs_asked_before_they_go_on_asking()
    {
        _namespace.Apply("""
            -A INPUT -p udp --dport 1001 -m recent --name a --set
            -A INPUT -p udp --dport 1001 -m statistic --mode nth --every 1 --packet 0 -j DROP
            -A INPUT -p udp --dport 7 -m string --algo kmp --string abc -j DROP
            -A INPUT -p udp --dport 1003 -m hashlimit --hashlimit-name rates --hashlimit-above 1/hour --hashlimit-burst 1 --hashlimit-mode srcip -j DROP
            -A INPUT -p udp --dport 1004 -m limit --limit 1/hour --limit-burst 1 -j DROP

            """ + Others);
        ulong generation = Read().Generation;
        Assert.Equal("4:1001 4:1004 6:1001 6:1004", Dropped(1001, 1003, 1004));

        Change("-D INPUT 3");
        Change("-A INPUT -p udp --dport 1002 -m length --length 38 -j DROP");
        Change("-A INPUT -p udp --dport 1002 -m u32 --u32 0>>28=4 -j DROP");
        Change("-A INPUT -p udp --dport 1005 -m recent --name a --rcheck -j DROP");
        Change("-A INPUT -p udp --dport 1006 -m string --algo kmp --string abc -j DROP");

        // The list, the rates and the bucket are those of before.
        Assert.Equal("4:1001 4:1002 4:1003 4:1005 6:1001 6:1003", Dropped(1001, 1002, 1003, 1004, 1005, 1006));
        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 100);
    }

    [Fact]
    public void A_hook_whose_list_was_straight_code_gets_it_into_the_image()
    {
        _namespace.Apply("""
            -P OUTPUT ACCEPT
            -N shared
            -N own
            -A shared -p udp --dport 1001 -j DROP
            -A own -p udp --dport 1002 -m limit --limit 1/hour --limit-burst 1000 -j RETURN
            -A own -p udp --dport 1003 -j DROP
            -A OUTPUT -j shared
            -A OUTPUT -p udp -j own
            -A INPUT -j shared

            """ + Others);
        ulong generation = Read().Generation;
        Assert.Equal("4:1001 4:1003 6:1001 6:1003", Dropped(1001, 1002, 1003));

        Change("-A OUTPUT -p udp --dport 1002 -j DROP");
        Assert.Equal("4:1001 4:1002 4:1003 6:1001 6:1003", Dropped(1001, 1002, 1003));
        Change("-D own 2");
        Change("-D shared 1");
        Assert.Equal("4:1002 6:1001 6:1003", Dropped(1001, 1002, 1003));
        Change("-A OUTPUT -m owner --uid-owner 0 -p udp --dport 1001 -j DROP");
        Change("-A FORWARD -m limit --limit 1/s -j DROP");
        Assert.Equal("4:1001 4:1002 6:1001 6:1003", Dropped(1001, 1002, 1003));
        Change("-A shared -m owner --uid-owner 0 -j DROP", isRefused: true);

        Assert.Equal(generation, Read().Generation);
        Assert.Equal("3 1", string.Join(' ', Counts("OUTPUT", 4).Split(' ')[2..]));
        Assert.True(RunningProof.Assert(_namespace) > 100);
    }

    /// <summary>No program of the family looks into an image: its lists are short.</summary>
    [Fact]
    public void A_family_without_an_image_gets_one()
    {
        _namespace.Apply("""
            -4 -A INPUT -p udp --dport 1001 -j DROP
            -6 -A INPUT -p udp --dport 1002 -m limit --limit 1/hour --limit-burst 2 -j ACCEPT
            -6 -A INPUT -p udp --dport 1002 -j DROP
            -N own
            -6 -A own -p udp --dport 1003 -j RETURN
            -6 -A OUTPUT -p udp --dport 1003 -j own

            """ + Many.Replace("-A", "-4 -A", StringComparison.Ordinal));
        ulong generation = Read().Generation;
        Assert.Equal("4:1001", Dropped(1001, 1002, 1003));
        ChangeV6("-A own -p udp --dport 1004 -j DROP");
        ChangeV6("-A OUTPUT -p udp --dport 1004 -j own");
        Assert.Equal("4:1001 6:1004", Dropped(1001, 1004));
        ChangeV6("-I own -p udp -m hl --hl-gt 1 -j DROP");
        Assert.Equal("4:1001 6:1003 6:1004", Dropped(1001, 1003, 1004));

        // What the list remembers begins anew, as in the kernel with every change.
        Assert.Equal("", Dropped(1002));
        Assert.Equal("", Dropped(1002));
        Assert.Equal("6:1002", Dropped(1002));
        ChangeV6("-D own 1");
        ChangeV6("-D INPUT -p udp --dport 1002 -j DROP");
        Assert.Equal("4:1001 6:1004", Dropped(1001, 1002, 1003, 1004));
        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 100);
    }

    [Fact]
    public void Tracking_of_connections_begins()
    {
        SkipWithoutLinks("NFQUEUE");
        _namespace.Apply("-4 -A OUTPUT -p udp --dport 1003 -j DROP\n" + Many);
        ulong generation = Read().Generation;
        Change("-A INPUT -p udp --dport 1001 -m conntrack --ctstate NEW -j DROP");
        Change("-A INPUT -p udp --dport 1002 -m conntrack --ctstate ESTABLISHED -j DROP");
        Assert.Equal("4:1001 4:1003", Dropped(1001, 1002, 1003));
        Change("-A INPUT -p tcp --dport 5001 -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT");
        Change("-A INPUT -p tcp --sport 5001 -m conntrack --ctstate ESTABLISHED -j ACCEPT");
        Change("-A INPUT -p tcp -m conntrack --ctstate NEW,INVALID,UNTRACKED -j DROP");
        _namespace.Run(() => ExchangeOver(5001));
        Assert.Equal("0 1", $"{Counts("INPUT", 1005).Split(' ')[^1]} {_namespace.Run(CountTcp)}");
        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 1000);

        Assert.True(Tracks(Family.IPv4));

        // The other family begins by itself, with the same table.
        ChangeV6("-I INPUT -p udp --dport 1002 -m conntrack --ctstate NEW -j DROP");
        Assert.Equal("4:1001 6:1002", Dropped(1001, 1002));
        Assert.Equal(generation, Read().Generation);
        Assert.True(RunningProof.Assert(_namespace) > 1000);
        Assert.True(Tracks(Family.IPv6));
        _namespace.Apply("-A INPUT -p udp --dport 1001 -m conntrack --ctstate NEW -j DROP\n");
        Assert.Equal("4:1001 6:1001", Dropped());

        // Beside few rules short lists stay straight code.
        _namespace.Apply(Others);
        generation = Read().Generation;
        Change("-A INPUT -p udp --dport 1002 -m conntrack --ctstate NEW -j DROP");
        Assert.Equal("4:1002", Dropped());
        Assert.NotEqual(generation, Read().Generation);
    }

    [Fact]
    public void Policies_that_have_changed_stay_so()
    {
        _namespace.Apply("-P FORWARD DROP\n" + Others);
        ulong generation = Read().Generation;
        Change("-A INPUT -p udp --dport 9 -j ACCEPT");
        Change("-P INPUT DROP");
        Assert.Equal("4:1001 4:1002", Dropped());
        Change("-A INPUT -p udp --dport 1001 -m ttl --ttl-gt 1 -j ACCEPT");
        Assert.Equal("4:1002", Dropped());
        Change("-P INPUT ACCEPT");
        Change("-A OUTPUT -p udp --dport 1002 -j DROP");
        Assert.Equal("4:1002", Dropped());
        Assert.Equal(generation, Read().Generation);
    }

    [Fact]
    public void A_trial_goes_back_to_the_programs_that_can_do_more()
    {
        _namespace.Apply(Others);
        Change("-A INPUT -p udp --dport 1001 -m ttl --ttl-gt 1 -j DROP");
        _namespace.Run(() => _namespace.Open().Apply(Rules.Parse(Rules.First), new ApplyOptions { Trial = new(TimeSpan.FromSeconds(Budget.Patience), TrialKind.Confirm) }));
        Change("-A INPUT -p udp --dport 1003 -m length --length 38 -j DROP");
        Assert.Contains("4:1003", Dropped(1003));
        Waiting.Until("the trial's end", () => _namespace.Run(() => _namespace.Open().ReadTrial()) is null);
        Assert.Equal("4:1001", Dropped(1001, 1002, 1003));
        Change("-A INPUT -p udp --dport 1002 -m length --length 38 -j DROP");
        Change("-D INPUT 1");
        Assert.Equal("4:1001 4:1002", Dropped(1001, 1002, 1003));
    }

    [Fact]
    public void A_list_goes_with_the_last_rule_that_names_it()
    {
        _namespace.Apply(Others);
        ulong generation = Read().Generation;
        Change("-A INPUT -p udp --dport 1001 -m recent --name a --set");
        Change("-A INPUT -p udp --dport 1002 -m recent --name a --rcheck -j DROP");
        Assert.Equal("4:1002", Dropped());
        Change("-D INPUT 101");
        Assert.Equal("4:1002", Dropped());
        Assert.Equal("a", string.Join(' ', Lists()));

        Change("-D INPUT 101");
        Assert.Empty(Lists());
        Change("-A INPUT -p udp --dport 1002 -m recent --name a --rcheck -j DROP");
        Change("-A INPUT -p udp --dport 1003 -m recent --name b ! --rcheck -j DROP");
        Assert.Equal("a b", string.Join(' ', Lists().Order()));
        Assert.Equal("4:1003", Dropped(1002, 1003));
        Change("-I INPUT -p udp --dport 1001 -m recent --name a --set");
        Assert.Equal("4:1002 4:1003", Dropped(1001, 1002, 1003));

        // Programs that are made anew go on knowing a list that has gone.
        Change("-D INPUT 103");
        Change("-A INPUT -p udp --dport 1001 -m length --length 38 -j DROP");
        Assert.Equal("4:1001 4:1002", Dropped(1001, 1002, 1003));
        Assert.Equal("a", string.Join(' ', Lists()));
        Assert.Equal(generation, Read().Generation);

        // A map that is kept has room for so many times of an address.
        Change("-A INPUT -p udp --dport 1003 -m recent --name b --update --hitcount 200 -j DROP");
        Assert.NotEqual(generation, Read().Generation);
        Assert.Equal("a b", string.Join(' ', Lists().Order()));
        Assert.Equal("4:1001 4:1002", Dropped(1001, 1002, 1003));
    }

    [Fact]
    public void A_table_of_rates_goes_with_the_last_rule_that_names_it()
    {
        const string Within = "-A INPUT -p udp --dport 1001 -m hashlimit --hashlimit-name r --hashlimit-above 1/hour --hashlimit-burst 1 --hashlimit-mode srcip -j DROP";
        _namespace.Apply(Others);
        ulong generation = Read().Generation;
        Change(Within);
        Assert.Equal("", Dropped(1001));
        Change(Within.Replace("1001", "1002"));
        Assert.Equal("4:1001 4:1002", Dropped());
        Change("-D INPUT 101");
        Assert.Equal("4:1002", Dropped());
        Change("-D INPUT 101");
        Change(Within);
        Assert.Equal("", Dropped());
        Assert.Equal("4:1001", Dropped());
        Assert.Equal(generation, Read().Generation);
    }

    [Fact]
    public void Chains_and_guards_go_with_the_last_rule_that_needs_them()
    {
        SkipWithoutLinks("NFQUEUE");
        _namespace.Apply(Others);
        ulong generation = Read().Generation;
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal((0, false), Beside());
            Change("-A INPUT -p udp --dport 1001 -j MARK --set-mark 7");
            Change("-A INPUT -p udp --dport 1002 -j NFQUEUE --queue-num 9");
            Change("-A INPUT -p udp --dport 1003 -j AUDIT --type drop");
            Assert.Equal("4:1002", Dropped(1001, 1002, 1003));
            (int tables, bool hasGuards) = Beside();
            Assert.True(tables > 2 && hasGuards);
            Change("-D INPUT 102");
            Assert.Equal("", Dropped(1001, 1002, 1003));
            Assert.True(Beside() is { Tables: var left, HasGuards: true } && left == tables - 1);
            Change("-D INPUT 102");
            Assert.False(Beside().HasGuards);
            Change("-D INPUT 101");
        }

        Assert.Equal(generation, Read().Generation);
    }

    [Fact]
    public void The_rules_before_a_trial_find_what_they_named()
    {
        _namespace.Apply("-A INPUT -p udp --dport 1001 -m recent --name a --set\n-A INPUT -p udp --dport 1002 -m recent --name a --rcheck -j DROP\n" + Others);
        Assert.Equal("4:1002 6:1002", Dropped());
        string onTrial = "-A INPUT -p udp --dport 1002 -m recent --name a --rcheck -j DROP\n" + Others;
        _namespace.Run(() => _namespace.Open().Apply(Rules.Parse(onTrial), new ApplyOptions { Trial = new(TimeSpan.FromSeconds(Budget.Patience), TrialKind.Confirm) }));
        Change("-D INPUT -p udp --dport 1002 -m recent --name a --rcheck -j DROP");
        TryChange("-D INPUT -p udp --dport 1002 -m recent --name a --rcheck -j DROP".Split(' '), FamilySet.IPv6);
        Assert.Equal("", Dropped(1002));
        Waiting.Until("the trial's end", () => _namespace.Run(() => _namespace.Open().ReadTrial()) is null);
        Assert.Equal("4:1002 6:1002", Dropped(1002));
    }

    [Fact]
    public void A_list_is_there_before_packets_come_to_its_rule()
    {
        _namespace.Apply(Others);
        ulong generation = Read().Generation;
        Change("-N late");
        Change("-A late -p udp --dport 1001 -m recent --name a --rcheck -j DROP");
        Assert.Equal(generation, Read().Generation);
        _namespace.Run(() => _namespace.Open().ChangeRecent("a", RecentAction.Set, Family.IPv4, 0x7f000001));
        Change("-I INPUT -j late");
        Assert.Equal("4:1001", Dropped());
        Assert.Equal(generation, Read().Generation);
    }

    [Theory]
    [InlineData("-I INPUT -p udp --dport 1001 -m recent --name k --set -m hashlimit --hashlimit-name rates --hashlimit-upto 1000/s -m limit --limit 1000/s --limit-burst 1000 -j DROP")]
    [InlineData("-I INPUT -p udp --dport 1001 -j NFQUEUE --queue-num 9")]
    [InlineData("-I OUTPUT -p udp --dport 1001 -m ttl --ttl-gt 1 -j DROP")]
    [InlineData("-I INPUT -p udp --dport 1001 -m conntrack ! --ctstate INVALID -j DROP")]
    public void Killed_after_each_step(string command)
    {
        SkipWithoutLinks(command);
        string others = command.Contains("conntrack", StringComparison.Ordinal) ? Many : Others;
        string rules = "-A INPUT -p udp --dport 1002 -m statistic --mode nth --every 1 --packet 0 -j DROP\n-A OUTPUT -p udp --dport 1003 -j DROP\n" + others;
        KillAfterEachStep(rules, FamilySet.IPv4, command, "4:1002 4:1003 6:1002 6:1003", "4:1001 4:1002 4:1003 6:1002 6:1003");
    }

    [Theory]
    [InlineData("-I INPUT -p udp --dport 1001 -j DROP")]
    [InlineData("-I OUTPUT -p udp --dport 1001 -m limit --limit 1000/s --limit-burst 1000 -j DROP")]
    public void Killed_after_each_step_of_a_familys_first_image(string command)
    {
        string rules = "-6 -A INPUT -p udp --dport 1002 -j DROP\n-6 -A OUTPUT -p udp --dport 1003 -m statistic --mode nth --every 1 --packet 0 -j DROP\n" + Many.Replace("-A", "-4 -A", StringComparison.Ordinal);
        KillAfterEachStep(rules, FamilySet.IPv6, command, "6:1002 6:1003", "6:1001 6:1002 6:1003");
    }

    [Fact]
    public async Task No_packet_is_judged_by_neither()
    {
        _namespace.Apply("-A INPUT -p udp --dport 1001 -j DROP\n-A INPUT -p udp --dport 1002 -j ACCEPT\n" + Many);
        ulong generation = Read().Generation;
        using var stop = new CancellationTokenSource();
        Task<int>[] senders = [.. new[] { 1001, 1002 }.Select(port => Task.Run(() => _namespace.Run(() => Probe.SendUntil(port, stop.Token))))];
        foreach (string match in (string[])["-i lo", "-m length --length 3000", "-m ttl --ttl-lt 2", "-m limit --limit 1/s", "-m recent --name a --set", "-m u32 --u32 0=0", "-m tos --tos 4", "-m quota --quota 1", .. s_tracks])
        {
            Change($"-I INPUT -p tcp {match} -j DROP");
            Change($"-A OUTPUT -p tcp --sport 1 {match.Replace("-i", "-o", StringComparison.Ordinal)} -j DROP");
        }

        await stop.CancelAsync();
        int[] sent = await Task.WhenAll(senders);
        Assert.Equal(generation, Read().Generation);
        Assert.Equal(string.Join(' ', sent), string.Join(' ', Counts("INPUT", 10 + s_tracks.Length).Split(' ')[(8 + s_tracks.Length)..]));
    }

    /// <summary>What is in force is at all times what the whole rule set becomes by the same commands, and does with packets what that does.</summary>
    [Fact]
    public void Random_commands_in_a_row()
    {
        using var whole = new TestNamespace();
        _namespace.Apply("-N a\n-A a -p udp --dport 1001 -j DROP\n" + Others);
        var random = new Random(11);
        int quick = 0, made = 0;
        for (int i = 0; i < s_changes; i++)
        {
            FamilySet families = random.Next(4) == 0 ? FamilySet.IPv6 : FamilySet.IPv4;
            (ulong generation, string[] words) = (Read().Generation, RandomCommand(random, families).Split(' '));
            RuleSet before = Read().Rules;
            RuleSet? expected = AgentChanges.Read(words, families).ApplyTo(before).Rules;
            bool isMade = TryChange(words, families);
            RuleSet after = Read().Rules;
            Assert.Equal(Rules.Print(isMade ? expected! : before), Rules.Print(after));
            made += isMade ? 1 : 0;
            quick += isMade && Read().Generation == generation ? 1 : 0;
            if (i % 10 == 0)
            {
                RunningProof.Assert(_namespace);
                whole.Run(() => whole.Open().Apply(after with { Estimators = RuleSet.Empty.Estimators }));
                Assert.Equal(whole.Run(() => Probe.Dropped(1001, 1002, 1003)), Dropped(1001, 1002, 1003));
            }
        }

        Assert.True(quick > made * 3 / 4, $"of {made} changes {quick} were made in place");
    }

    private static void SkipWithoutLinks(string rule) => Assert.SkipUnless(
        ProviderChoice.KernelHasLinks || !(rule.Contains("NFQUEUE", StringComparison.Ordinal) || rule.Contains("AUDIT", StringComparison.Ordinal) || rule.Contains("socket", StringComparison.Ordinal)),
        "what the kernel's own matches and targets do needs Linux 6.4");

    private static string RandomCommand(Random random, FamilySet families)
    {
        string[] chains = ["INPUT", "INPUT", "OUTPUT", "a", "b"], targets = ["-j DROP", "-j ACCEPT", "-j a", "-g b", "-j RETURN", "-j REJECT", "-j LOG", "-j MARK --set-mark 5", ""];
        string[] matches =
        [
            "", "-i lo", "-m length --length 38:60", "-m ttl --ttl-lt 3", "-m limit --limit 1000/s --limit-burst 1000", "-m statistic --mode nth --every 1 --packet 0", "-m quota --quota 1000000",
            "-m recent --name x --set", "-m recent --name y ! --rcheck", "-m hashlimit --hashlimit-name h --hashlimit-upto 1000/s --hashlimit-burst 1000", "-m string --algo bm --string nothing", "-m cpu ! --cpu 999",
            "-m addrtype --dst-type LOCAL", "-m time --timestart 00:00", "-m mark --mark 5", "-m u32 --u32 0>>28=4:6", "-m conntrack ! --ctstate INVALID",
        ];
        string chain = chains[random.Next(chains.Length)], rule = $"-p udp --dport {1001 + random.Next(3)} {matches[random.Next(matches.Length)]} {targets[random.Next(targets.Length)]}";
        rule = chain == "OUTPUT" ? rule.Replace("-i lo", "-o lo") : rule;
        rule = families == FamilySet.IPv6 ? rule.Replace("ttl", "hl") : rule;

        string command = random.Next(10) switch
        {
            0 or 1 or 2 => $"-A {chain} {rule}",
            3 or 4 => $"-I {chain} {random.Next(3) + 1} {rule}",
            5 or 6 => $"-D {chain} {random.Next(3) + 1}",
            7 => $"-R {chain} {random.Next(3) + 1} {rule}",
            8 => "-N b",
            _ => random.Next(2) == 0 ? "-F b" : "-X b",
        };
        return string.Join(' ', command.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private IEnumerable<string> Lists() => _namespace.Run(() => _namespace.Open().ReadRecent()).Keys;

    /// <summary>Whether all of the family's programs do, and fragments are put together before them.</summary>
    private bool Tracks(Family family) => _namespace.Run(() =>
    {
        using HomeMount home = HomeMount.TryOpen(_namespace.Root)!;
        using NamespaceState state = NamespaceState.TryOpen(home.Pins, NetworkNamespace.OfCallingThread())!;
        using GenerationState generation = state.TryOpenGeneration()!;
        using FamilyImage image = FamilyImage.TryOpen(generation, family, generation.Store.Epoch)!;
        return image.Editor.Tracks && ((string[])["INPUT", "FORWARD", "OUTPUT"]).All(image.Editor.IsImageOnly) && generation.Directory.Contains(PinNames.Reassembly(family));
    });

    /// <summary>How many tables of nftables there are in the namespace, and whether there are guards behind them.</summary>
    private (int Tables, bool HasGuards) Beside() => _namespace.Run(() =>
    {
        using HomeMount home = HomeMount.TryOpen(_namespace.Root)!;
        using NamespaceState state = NamespaceState.TryOpen(home.Pins, NetworkNamespace.OfCallingThread())!;
        string tables = Command.Try([.. _namespace.Enter, "nft", "list", "tables"]).Output;
        return (tables.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, state.Directory.Contains(PinNames.Guard(HookPoint.All[0])));
    });

    /// <summary>Enough rules in INPUT to be no straight code; they say nothing of the tests' packets.</summary>
    private static string Others => string.Concat(Enumerable.Range(0, 100).Select(i => $"-A INPUT -p tcp --dport {i + 1} -j DROP\n"));

    /// <summary>So many that tracking begins beside them.</summary>
    private static string Many => string.Concat(Enumerable.Range(0, 1000).Select(i => $"-A INPUT -p tcp --dport {i + 10001} -j DROP\n"));

    private int CountTcp()
    {
        using LiveConnections connections = _namespace.Open().OpenConnections()!;
        int count = 0;
        ConnectionWalk walk = connections.Walk();
        while (walk.MoveNext())
        {
            count += walk.Current.Protocol == IpProtocol.Tcp ? 1 : 0;
        }

        return count;
    }

    /// <summary>A connection over the loopback device, and a byte each way.</summary>
    private static void ExchangeOver(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        using var client = new TcpClient();
        client.Connect(IPAddress.Loopback, port);
        using TcpClient server = listener.AcceptTcpClient();
        foreach ((TcpClient from, TcpClient to) in new[] { (client, server), (server, client) })
        {
            from.GetStream().WriteByte(7);
            Assert.Equal(7, to.GetStream().ReadByte());
        }
    }

    /// <summary>A datagram each of so many sockets.</summary>
    private void SendFrom(int sockets, int port) => _namespace.Run(() =>
    {
        UdpClient[] clients = [.. Enumerable.Range(0, sockets).Select(_ => new UdpClient(0, AddressFamily.InterNetwork))];
        foreach (UdpClient client in clients)
        {
            client.Send([1], new IPEndPoint(IPAddress.Loopback, port));
        }

        Array.ForEach(clients, client => client.Dispose());
    });

    private LoadedRuleSet Read() => _namespace.Read()!;

    /// <summary>How many packets of IPv4 the first rules of a chain have counted.</summary>
    private string Counts(string chain, int rules)
    {
        LoadedRuleSet loaded = Read();
        return string.Join(' ', Enumerable.Range(1, rules).Select(number => loaded.OfRule(loaded.Rules.Find(chain)!, number, Family.IPv4).Packets));
    }

    private string Dropped(params int[] ports) => _namespace.Run(() => Probe.Dropped(ports.Length == 0 ? [1001, 1002] : ports));

    private void Change(string arguments, bool isRefused = false, EngineParts? parts = null) =>
        Assert.Equal((arguments, !isRefused), (arguments, TryChange(arguments.Split(' '), FamilySet.IPv4, parts)));

    /// <summary>Each time the rules are the old ones until the last step, and can be changed.</summary>
    private void KillAfterEachStep(string rules, FamilySet families, string command, string droppedBefore, string droppedBehind)
    {
        _namespace.Apply(rules);
        ulong generation = Read().Generation;
        var steps = new List<string>();
        Assert.True(TryChange(command.Split(' '), families, new EngineParts { AfterStep = steps.Add }));
        Assert.Equal(generation, Read().Generation);
        Assert.Contains(Widening.Publish, steps);
        Assert.Equal(QuickChange.WriteEpoch, steps[^1]);
        foreach (string step in steps.Distinct())
        {
            _namespace.Run(() => _namespace.Open().Off());
            _namespace.Apply(rules);
            CommandResult result = Command.Try(_namespace.Agent(_namespace.Enter, [families == FamilySet.IPv6 ? "change6" : "change", step, .. command.Split(' ')]));
            Assert.True(result.Killed, $"{step}: {result}");
            bool isMade = step == QuickChange.WriteEpoch;
            Assert.Equal((step, isMade ? droppedBehind : droppedBefore), (step, Dropped(1001, 1002, 1003)));
            if (!isMade)
            {
                Assert.True(TryChange(command.Split(' '), families));
            }

            Assert.Equal((step, droppedBehind), (step, Dropped(1001, 1002, 1003)));
            Assert.True(TryChange("-A INPUT -p udp --dport 1004 -m length --length 38 -m string --algo bm --string x --to 5 -j ACCEPT".Split(' '), families));
            Assert.Equal((step, droppedBehind), (step, Dropped(1001, 1002, 1003)));
            Assert.True(RunningProof.Assert(_namespace) > 100);
        }
    }

    private void ChangeV6(string arguments) => Assert.True(TryChange(arguments.Split(' '), FamilySet.IPv6), arguments);

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
