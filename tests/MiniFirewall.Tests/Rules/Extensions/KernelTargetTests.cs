using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>What the kernel is told of targets that it carries out: the structures of include/uapi/linux/netfilter, as iptables fills them on a little-endian machine.</summary>
public sealed class KernelTargetTests
{
    [Theory]
    [InlineData("-j NFQUEUE", "NFQUEUE", 3, "0000 0100 0000 0000", true)]
    [InlineData("-j QUEUE", "NFQUEUE", 3, "0000 0100 0000 0000", true)]
    [InlineData("-j NFQUEUE --queue-num 258 --queue-bypass", "NFQUEUE", 3, "0201 0100 0100 0000", true)]
    [InlineData("-j NFQUEUE --queue-balance 2:5 --queue-cpu-fanout", "NFQUEUE", 3, "0200 0400 0200 0000", true)]
    [InlineData("-j NFQUEUE --queue-balance 0:65534 --queue-bypass --queue-cpu-fanout", "NFQUEUE", 3, "0000 ffff 0300 0000", true)]
    [InlineData("-4 -j TEE --gateway 192.0.2.9", "TEE", 1, "c0000209 00000000 00000000 00000000 00000000000000000000000000000000 0000000000000000", false)]
    [InlineData("-6 -j TEE --gateway 2001:db8::9 --oif eth1", "TEE", 1, "20010db8000000000000000000000009 65746831000000000000000000000000 0000000000000000", false)]
    [InlineData("-j AUDIT --type reject", "AUDIT", 0, "02 00000000000000", false)]
    [InlineData("-j LED --led-trigger-id ab --led-delay 258 --led-always-blink", "LED", 0, "6e65746669 6c7465722d 6162 000000000000000000000000000000 01 02010000 0000000000000000", false)]
    [InlineData("-j LED --led-trigger-id ab --led-delay inf", "LED", 0, "6e65746669 6c7465722d 6162 000000000000000000000000000000 00 ffffffff 0000000000000000", false)]
    [InlineData("-j IDLETIMER --timeout 258 --label ab", "IDLETIMER", 0, "02010000 6162 0000000000000000000000000000000000000000000000000000 0000000000000000", false)]
    [InlineData("-j IDLETIMER --timeout 258 --label ab --alarm", "IDLETIMER", 1, "02010000 6162 0000000000000000000000000000000000000000000000000000 00 01 000000000000 0000000000000000", false)]
    [InlineData("-p tcp -j SYNPROXY", "SYNPROXY", 0, "00 00 0000 00000000", true)]
    [InlineData("-p tcp -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460", "SYNPROXY", 0, "0f 07 b405 00000000", true)]
    [InlineData("-p tcp -j SYNPROXY --ecn --wscale 0", "SYNPROXY", 0, "12 00 0000 00000000", true)]
    public void Is_told_as_iptables_tells_it(string rule, string name, byte revision, string information, bool decides)
    {
        HandedToTarget told = Told(rule);
        Assert.Equal((name, revision, decides), (told.Target, told.Revision, told.Decides));
        Assert.Equal(information.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower([.. told.Information]));
    }

    [Fact]
    public void Goes_by_a_number_that_says_all()
    {
        string[] rules = ["-j NFQUEUE", "-j NFQUEUE --queue-num 1", "-j NFQUEUE --queue-bypass", "-j AUDIT --type accept", "-j AUDIT --type drop", "-j IDLETIMER --timeout 1 --label a", "-j IDLETIMER --timeout 1 --label b"];
        Assert.Equal(rules.Length, rules.Select(rule => Told(rule).Number).Distinct().Count());
        Assert.Equal(Told("-j NFQUEUE"), Told("-j QUEUE"));
        Assert.Equal(Told("-j NFQUEUE").Number, Told("-j QUEUE").Number);
        Assert.Equal(Told("-j NFQUEUE").Code, Told("-j NFQUEUE --queue-num 9").Code);
        Assert.Equal(Told("-j AUDIT --type drop").Code, Told("-j IDLETIMER --timeout 1 --label a").Code);
        Assert.NotEqual(Told("-j AUDIT --type drop").Code, Told("-j NFQUEUE").Code);
    }

    [Fact]
    public void An_accounting_object_is_named_and_counts_in_its_place()
    {
        Match match = Reading.Good("-A INPUT -m nfacct --nfacct-name ab -j DROP").Find("INPUT")!.Rules.Single().Matches.Single();
        HandedToTarget told = match.HandsTo!;
        Assert.Equal(("nfacct", (byte)0, false, true), (told.Target, told.Revision, told.Decides, told.IsMatch));
        Assert.Equal("6162" + new string('0', 76), Convert.ToHexStringLower([.. told.Information]));
        var steps = System.Collections.Immutable.ImmutableArray.CreateBuilder<Step>();
        match.Lower(Family.IPv4, steps);
        Assert.Equal(new DropWhen(new QuestionTest(told, Negated: true)), Assert.Single(steps));
    }

    [Fact]
    public void A_queue_decides_and_the_others_lead_on()
    {
        Assert.Equal(new Decide(Verdict.Accept), Read("-j NFQUEUE").Lower(_ => 0));
        Assert.Equal(new Decide(Verdict.Accept), Read("-j QUEUE").Lower(_ => 0));
        Assert.Equal(Continue.Instance, Read("-j AUDIT --type drop").Lower(_ => 0));
        Assert.Equal(Continue.Instance, Read("-4 -j TEE --gateway 192.0.2.9").Lower(_ => 0));
    }

    private static Target Read(string rule) => Reading.Good($"-A INPUT {rule}").Find("INPUT")!.Rules.Single().Target;

    private static HandedToTarget Told(string rule) => Assert.IsType<HandedToTarget>(Read(rule).Change);
}
