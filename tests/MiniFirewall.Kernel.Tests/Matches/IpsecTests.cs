using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m esp, -m ipcomp and -m ah of IPv4 (iptables-extensions(8); net/netfilter/xt_esp.c, xt_ipcomp.c; net/ipv4/netfilter/ipt_ah.c).</summary>
[Collection(MatchLab.Name)]
public sealed class IpsecTests(MatchLab lab)
{
    [Theory]
    [InlineData("-p esp -m esp", Says.Match)]
    [InlineData("-p esp --espspi 4096", Says.Match)]
    [InlineData("-p esp --espspi 4097", Says.Miss)]
    [InlineData("-p esp ! --espspi 4096", Says.Miss)]
    [InlineData("-p esp ! --espspi 1", Says.Match)]
    [InlineData("-p esp --espspi 4000:4096", Says.Match)]
    [InlineData("-p esp --espspi 4096:", Says.Match)]
    [InlineData("-p esp --espspi :4095", Says.Miss)]
    [InlineData("-p esp ! --espspi :", Says.Miss)]
    [InlineData("! -p esp", Says.Miss)]
    public void Esp(string rule, Says says) => lab.Check(rule, Raw(IpProtocol.Esp, 0, 0, 0x10, 0, 0, 0, 0, 1), says);

    [Fact]
    public void Esp_of_the_highest_index()
    {
        lab.Check("-p esp --espspi 4294967295", Raw(IpProtocol.Esp, 255, 255, 255, 255, 0, 0, 0, 1), Says.Match);
        lab.Check("-p esp --espspi :4294967294", Raw(IpProtocol.Esp, 255, 255, 255, 255, 0, 0, 0, 1), Says.Miss);
        lab.Check("-p esp --espspi 2147483648:", Raw(IpProtocol.Esp, 255, 255, 255, 255, 0, 0, 0, 1), Says.Match);
    }

    [Theory]
    [InlineData("-p esp -m esp", 7)]
    [InlineData("-p esp ! --espspi 1", 0)]
    public void Esp_that_is_cut(string rule, int bytes) => lab.Check(rule, Raw(IpProtocol.Esp, new byte[bytes]), Says.Invalid);

    [Theory]
    [InlineData("-p ipcomp --ipcompspi 258", Says.Match)]
    [InlineData("-p ipcomp --ipcompspi 258 --compres", Says.Match)]
    [InlineData("-p ipcomp --ipcompspi 259", Says.Miss)]
    [InlineData("-p ipcomp ! --ipcompspi 258", Says.Miss)]
    [InlineData("-p ipcomp --ipcompspi 65536:", Says.Miss)]
    [InlineData("-p ipcomp ! --ipcompspi 65536:", Says.Match)]
    public void Ipcomp(string rule, Says says) => lab.Check(rule, Raw(IpProtocol.Compression, 6, 1, 1, 2), says);

    [Fact]
    public void Ipcomp_that_is_cut() => lab.Check("-p ipcomp --ipcompspi 0", Raw(IpProtocol.Compression, 6, 0, 0), Says.Invalid);

    [Theory]
    [InlineData("-p ah -m ah", Says.Match)]
    [InlineData("-p ah --ahspi 258", Says.Match)]
    [InlineData("-p ah ! --ahspi 258", Says.Miss)]
    [InlineData("-p ah --ahspi 259:", Says.Miss)]
    public void Ah_of_IPv4(string rule, Says says) => lab.Check(rule, Family.IPv4, V4(Raw(IpProtocol.Authentication, 17, 1, 9, 9, 0, 0, 1, 2, 0, 0, 0, 1)), says);

    [Fact]
    public void Ah_of_IPv4_that_is_cut() =>
        lab.Check("-p ah -m ah", Family.IPv4, V4(Raw(IpProtocol.Authentication, 17, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0)), Says.Invalid);

    [Theory]
    [InlineData("-p esp ! --espspi 4096")]
    [InlineData("-p ah ! --ahspi 4096")]
    [InlineData("-p ipcomp ! --ipcompspi 4096")]
    public void A_later_fragment_has_no_index(string rule)
    {
        foreach (byte protocol in new[] { IpProtocol.Esp, IpProtocol.Authentication, IpProtocol.Compression })
        {
            byte[] packet = (IPv4Header.Between("198.51.100.1", "203.0.113.9") with { FragmentOffset = 2, MoreFragments = true }).Carry(Raw(protocol, new byte[16]));
            lab.Check(rule, new Packet(Family.IPv4, Hook.Forward, packet) { InInterface = "eth0", OutInterface = "eth1" }, Says.Miss);
        }
    }

    private static byte[] V4(Transport transport) => IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(transport);

    private static RawTransport Raw(byte protocol, params byte[] bytes) => new(protocol) { Payload = [.. bytes] };
}
