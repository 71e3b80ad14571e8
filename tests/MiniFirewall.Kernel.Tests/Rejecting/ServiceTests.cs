using MiniFirewall.Engine;
using MiniFirewall.Engine.Rejecting;
using MiniFirewall.Engine.Serving;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Kernel.Tests.Trials;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Rejecting;

/// <summary>The service that answers: what it changes, what it does not, and what bounds it.</summary>
public sealed class ServiceTests
{
    private const string Rule = "-A INPUT -p udp -m udp --dport 53 -j REJECT";

    private static readonly byte[] Query = IPv4Header.Between(RejectTwin.PeerV4, RejectTwin.RouterV4).Carry(new UdpDatagram(40000, 53) { Payload = [1, 2, 3] });

    [Fact]
    public void Without_it_packets_are_dropped_and_counted_and_nobody_is_told()
    {
        ServiceUse.SkipWhereTheModuleAnswers();
        using var minifw = new MinifwTwin();
        minifw.Load(Family.IPv4, [Rule]);
        Assert.Equal(3, minifw.CountAnswers(Family.IPv4, Query, 3));
        AnswerTally tally = minifw.Stop();
        Assert.Equal(new AnswerTally(3, 0, 0, 0), tally);
        Assert.False(minifw.IsAnswered);
        Assert.Equal(0, minifw.CountAnswers(Family.IPv4, Query, 3));
        LoadedRuleSet loaded = minifw.Namespace.Read()!;
        Assert.Equal(new Counters(6, (ulong)(6 * Query.Length)), loaded.OfRule(loaded.Rules.Find("INPUT")!, 2, Family.IPv4));
    }

    [Fact]
    public void It_goes_on_through_rule_sets_that_come_and_go()
    {
        using var minifw = new MinifwTwin();
        minifw.Load(Family.IPv4, [Rule]);
        Assert.Equal(1, minifw.CountAnswers(Family.IPv4, Query, 1));
        minifw.Load(Family.IPv4, [Rule, "-A INPUT -p udp -m udp --dport 54 -j DROP"]);
        Assert.Equal(1, minifw.CountAnswers(Family.IPv4, Query, 1));
        minifw.Namespace.Run(() => minifw.Namespace.Open().Off());
        Assert.False(minifw.IsAnswered);
        minifw.Load(Family.IPv4, [Rule]);
        Assert.Equal(2, minifw.CountAnswers(Family.IPv4, Query, 2));
    }

    [Fact]
    public void It_answers_for_the_first_rules_that_reject_from_their_first_packet_on()
    {
        using var minifw = new MinifwTwin();
        minifw.Namespace.Run(() => minifw.Namespace.Open().Off());
        minifw.Namespace.Apply("-A INPUT -p udp -m udp --dport 54 -j DROP\n");
        Waiting.Until("the service is at work", () => minifw.IsAnswered);
        Assert.DoesNotContain("rejects", Directory.GetFiles(minifw.Namespace.Directory).Select(Path.GetFileName));
        minifw.Load(Family.IPv4, [Rule]);
        Assert.Equal(3, minifw.CountAnswers(Family.IPv4, Query, 3));
        Assert.Contains("rejects", Directory.GetFiles(minifw.Namespace.Directory).Select(Path.GetFileName));
    }

    [Fact]
    public void There_is_one_in_a_namespace()
    {
        using var minifw = new MinifwTwin();
        minifw.Load(Family.IPv4, [Rule]);
        FirewallException refused = Assert.Throws<FirewallException>(
            () => minifw.Namespace.Run(() => minifw.Namespace.Open().Serve(new TokenRate(), _ => { }, _ => { }, CancellationToken.None)));
        Assert.Equal("another process answers this namespace's rejected packets", refused.Message);
    }

    [Fact]
    public void A_flood_gets_as_many_answers_as_the_rate_allows()
    {
        ServiceUse.SkipWhereTheModuleAnswers();
        const int Burst = 20, Sent = 20_000;
        using var minifw = new MinifwTwin(new TokenRate(1, Burst));
        minifw.Load(Family.IPv4, [Rule]);
        long start = Environment.TickCount64;
        int answers = minifw.CountAnswers(Family.IPv4, Query, Sent);
        long most = Burst + ((Environment.TickCount64 - start) / 1000) + 1;
        Assert.InRange(answers, Burst, most);

        ulong lost = minifw.Namespace.Run(() => minifw.Namespace.Open().Status().LostRejects);
        AnswerTally tally = minifw.Stop();
        Assert.Equal(answers, tally.Sent);
        Assert.Equal(Sent, tally.Sent + tally.OverRate + (long)lost);
    }

    [Fact]
    public void An_answer_that_OUTPUT_drops_is_not_sent_and_one_that_it_rejects_is_not_answered()
    {
        ServiceUse.SkipWhereTheModuleAnswers();
        using var minifw = new MinifwTwin();
        minifw.Load(Family.IPv4, [Rule, "-A OUTPUT -p icmp -j REJECT"]);
        Assert.Equal(0, minifw.CountAnswers(Family.IPv4, Query, 2));
        Assert.Equal(new AnswerTally(0, 2, 0, 2), minifw.Stop());
    }

    [Fact]
    public void A_token_bucket_fills_at_its_rate_up_to_its_burst()
    {
        long now = 0;
        var rate = new TokenRate(10, 3, () => now);
        Assert.Equal([true, true, true, false], Take(4));
        now += System.Diagnostics.Stopwatch.Frequency / 10;
        Assert.Equal([true, false], Take(2));
        now += System.Diagnostics.Stopwatch.Frequency * 100;
        Assert.Equal([true, true, true, false], Take(4));

        bool[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => rate.TryTake())];
    }
}
