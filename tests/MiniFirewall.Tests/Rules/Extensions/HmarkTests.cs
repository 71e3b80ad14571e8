using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>What the kernel's HMARK is told: struct xt_hmark_info as iptables fills it on a little-endian machine.</summary>
public sealed class HmarkTests
{
    private const string All = "ffffffffffffffffffffffffffffffff", None = "00000000000000000000000000000000";

    [Theory]
    [InlineData("--hmark-tuple src,dst,sport,dport,proto --hmark-mod 100 --hmark-rnd 0xfeedcafe --hmark-offset 7", All + All + "ffffffff 00000000 c30f0000 ffff0000 fecaedfe 64000000 07000000")]
    [InlineData("--hmark-tuple ct,src,dst --hmark-mod 4 --hmark-rnd 1", All + All + "00000000 00000000 03160000 00000000 01000000 04000000 00000000")]
    [InlineData(
        "--hmark-src-prefix 24 --hmark-sport-mask 0x1234 --hmark-dport 0x5678 --hmark-proto-mask 0xff --hmark-mod 4 --hmark-rnd 1",
        "ffffff00000000000000000000000000" + None + "12340000 00005678 61070000 ff000000 01000000 04000000 00000000")]
    [InlineData("--hmark-tuple spi,src --hmark-mod 4 --hmark-rnd 1", All + None + "ffffffff 00000000 09060000 00000000 01000000 04000000 00000000")]
    [InlineData("--hmark-spi 0x11223344 --hmark-spi-mask 0xff00ff00 --hmark-mod 4 --hmark-rnd 1", None + None + "ff00ff00 11223344 0c060000 00000000 01000000 04000000 00000000")]
    [InlineData("--hmark-src-prefix 20 --hmark-mod 4 --hmark-rnd 1", "fffff000000000000000000000000000" + None + "00000000 00000000 01060000 00000000 01000000 04000000 00000000")]
    [InlineData("--hmark-dport-mask 0x1234 --hmark-mod 4 --hmark-rnd 1", None + None + "00001234 00000000 80060000 00000000 01000000 04000000 00000000")]
    [InlineData("--hmark-sport 0x1234 --hmark-mod 4 --hmark-rnd 1", None + None + "00000000 12340000 10060000 00000000 01000000 04000000 00000000")]
    public void Is_told_as_iptables_tells_it(string options, string information)
    {
        PacketMarkComputed told = Told(Read(options));
        Assert.Equal(("HMARK", (byte)0, 0u), (told.Target, told.Revision, told.Number & 1));
        Assert.Equal(information.Replace(" ", "", StringComparison.Ordinal) + "00000000", Convert.ToHexStringLower([.. told.Information]));
    }

    [Fact]
    public void A_packet_that_nobody_was_asked_about_is_dropped_and_then_the_mark_is_the_packets()
    {
        Target target = Read("--hmark-tuple src --hmark-mod 4 --hmark-rnd 1");
        var steps = ImmutableArray.CreateBuilder<Step>();
        target.LowerEffect(Family.IPv6, steps);
        PacketMarkComputed told = Told(target);
        Assert.Equal([new DropWhen(new QuestionTest(new KernelUnasked(told.Number))), new DropWhen(new QuestionTest(told, Negated: true))], steps.ToImmutable());
        Assert.Equal(Continue.Instance, target.Lower(_ => 0));
        Assert.True(told.ChangesMark);
    }

    [Fact]
    public void A_rule_with_it_asks_the_kernel() => Assert.True(Reading.Good("-A INPUT -j HMARK --hmark-tuple src --hmark-mod 4 --hmark-rnd 1").AsksKernel);

    private static Target Read(string options) => Reading.Good($"-A INPUT -j HMARK {options}").Find("INPUT")!.Rules.Single().Target;

    private static PacketMarkComputed Told(Target target) => Assert.IsType<PacketMarkComputed>(target.Change);
}
