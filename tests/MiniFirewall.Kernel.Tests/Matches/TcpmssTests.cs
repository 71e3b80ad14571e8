using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m tcpmss (iptables-extensions(8); net/netfilter/xt_tcpmss.c).</summary>
[Collection(MatchLab.Name)]
public sealed class TcpmssTests(MatchLab lab)
{
    [Theory]
    [InlineData("--mss 1460", Says.Match)]
    [InlineData("--mss 1461", Says.Miss)]
    [InlineData("! --mss 1460", Says.Miss)]
    [InlineData("! --mss 1461", Says.Match)]
    [InlineData("--mss 1000:1460", Says.Match)]
    [InlineData("--mss 1460:", Says.Match)]
    [InlineData("--mss :1459", Says.Miss)]
    [InlineData("! --mss :", Says.Miss)]
    public void Sizes(string match, Says says)
    {
        lab.Check("-p tcp -m tcpmss " + match, Segment(2, 4, 5, 180), says);
        lab.Check("-p tcp -m tcpmss " + match, Segment(1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 2, 4, 5, 180, 2, 4, 9, 9), says);
    }

    [Theory]
    [InlineData("--mss :", Says.Miss)]
    [InlineData("! --mss 5", Says.Match)]
    public void Segments_that_name_none(string match, Says says)
    {
        lab.Check("-p tcp -m tcpmss " + match, Segment(), says);
        lab.Check("-p tcp -m tcpmss " + match, Segment(1, 1, 1, 2), says);
        lab.Check("-p tcp -m tcpmss " + match, Segment(2, 3, 0, 0), says);
        lab.Check("-p tcp -m tcpmss " + match, Segment(3, 6, 2, 4, 5, 180, 0, 0), says);
        lab.Check("-p tcp -m tcpmss " + match, Segment([.. Enumerable.Repeat((byte)1, 40)]), says);
    }

    [Fact]
    public void At_the_very_end_of_the_options()
    {
        byte[] options = [.. Enumerable.Repeat((byte)1, 36), 2, 4, 0, 88];
        lab.Check("-p tcp -m tcpmss --mss 88", Segment(options), Says.Match);
        lab.Check("-p tcp -m tcpmss ! --mss :", Segment([.. Enumerable.Repeat((byte)1, 37), 2, 4, 0]), Says.Match);
    }

    [Theory]
    [InlineData((byte)4)]
    [InlineData((byte)7)]
    public void A_header_that_lies_drops(byte words) =>
        lab.Check("-p tcp -m tcpmss ! --mss 5", new TcpSegment(1000, 80) { DataOffset = words, Options = [2, 4, 5, 180] }, Says.Invalid);

    [Theory]
    [InlineData("-p tcp -m tcpmss ! --mss 5", "tcp SRC:1000 DST:80 cut 19", Says.Invalid)]
    [InlineData("-p tcp -m tcpmss ! --mss 5", "udp SRC:1000 DST:80", Says.Miss)]
    public void Cut_headers_and_other_protocols(string rule, string packet, Says says) => lab.Check(rule, packet, says);

    [Fact]
    public void A_later_fragments_bytes_count_as_a_header()
    {
        Assert.SkipWhen(LaterFragments.KernelPassesThem, "this kernel does not look at later fragments");
        byte[] bytes = new byte[24];
        bytes[12] = 0x60;
        (bytes[20], bytes[21], bytes[23]) = (2, 4, 88);
        Packet v4 = Fragment(Family.IPv4, (IPv4Header.Between("198.51.100.1", "203.0.113.9") with { FragmentOffset = 3 }).Carry(new RawTransport(IpProtocol.Tcp) { Payload = [.. bytes] }));
        lab.Check("-p tcp -m tcpmss --mss 88", v4, Says.Match);
        lab.Check("-p tcp -m tcpmss --mss 89", v4, Says.Miss);

        // There it is the network header that counts as one, and the fifth byte of its source says how long.
        lab.Check("-p tcp -m tcpmss --mss 88", LaterFragment("2001:db8:1::1", bytes), Says.Invalid);
        lab.Check("-p tcp -m tcpmss ! --mss 88", LaterFragment("2001:db8:5000::1", bytes), Says.Match);
    }

    private static Packet LaterFragment(string source, byte[] bytes) => Fragment(
        Family.IPv6,
        (IPv6Header.Between(source, "2001:db8:2::2") with { Extensions = [new FragmentExtension(3, false, 7)] }).Carry(new RawTransport(IpProtocol.Tcp) { Payload = [.. bytes] }));

    private static Packet Fragment(Family family, byte[] bytes) => new(family, Hook.Forward, bytes) { InInterface = "eth0", OutInterface = "eth1" };

    private static TcpSegment Segment(params byte[] options) => new(1000, 80) { Options = [.. options] };
}
