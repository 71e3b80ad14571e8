using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m ah of IPv6 (iptables-extensions(8); net/ipv6/netfilter/ip6t_ah.c).</summary>
[Collection(MatchLab.Name)]
public sealed class Ah6Tests(MatchLab lab)
{
    private const byte DestinationOptions = 60;

    [Theory]
    [InlineData("-m ah", Says.Match)]
    [InlineData("-p udp -m ah", Says.Match)]
    [InlineData("-p ah -m ah", Says.Miss)]
    [InlineData("-p tcp -m ah", Says.Miss)]
    [InlineData("-m ah --ahspi 0", Says.Match)]
    [InlineData("-m ah ! --ahspi 0", Says.Miss)]
    [InlineData("-m ah --ahspi 1:", Says.Miss)]
    [InlineData("-m ah ! --ahspi :", Says.Miss)]
    [InlineData("-m ah --ahlen 16", Says.Match)]
    [InlineData("-m ah ! --ahlen 16", Says.Miss)]
    [InlineData("-m ah --ahlen 12", Says.Miss)]
    [InlineData("-m ah --ahlen 17", Says.Miss)]
    [InlineData("-m ah ! --ahlen 17", Says.Match)]
    [InlineData("-m ah ! --ahlen 4294967295", Says.Match)]
    [InlineData("-m ah ! --ahlen 0", Says.Match)]
    [InlineData("-m ah --ahres", Says.Match)]
    [InlineData("-m ah --ahspi 0 --ahlen 16 --ahres", Says.Match)]
    public void Behind_another_header(string rule, Says says) =>
        Check(rule, says, new OptionsExtension(DestinationOptions, 0), new AuthenticationExtension(1));

    [Theory]
    [InlineData("-m ah")]
    [InlineData("-m ah ! --ahspi 5")]
    public void Packets_without_one_do_not_match(string rule)
    {
        Check(rule, Says.Miss);
        Check(rule, Says.Miss, new OptionsExtension(DestinationOptions, 3), new RoutingExtension(2, 0, []));
        Check(rule, Says.Miss, new FragmentExtension(8, true, 7));
        Check(rule, Says.Miss, new FragmentExtension(8, true, 7), new AuthenticationExtension(1));
    }

    [Fact]
    public void Reserved_bits_and_an_index()
    {
        byte[] packet = Bytes(new AuthenticationExtension(1));
        packet[43] = 1;
        packet[47] = 9;
        lab.Check("-m ah --ahres", Family.IPv6, packet, Says.Miss);
        lab.Check("-m ah --ahspi 9", Family.IPv6, packet, Says.Match);
        lab.Check("-m ah --ahspi 9 --ahres", Family.IPv6, packet, Says.Miss);
    }

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    [InlineData(51)]
    public void A_header_that_is_cut_drops(int length) =>
        lab.Check("-m ah ! --ahspi 5", Family.IPv6, Cut(Bytes(new AuthenticationExtension(1)), length), Says.Invalid);

    /// <summary>A length that goes beyond the packet drops it, one that stays behind the fixed part is taken as it is.</summary>
    [Theory]
    [InlineData(1, 56, Says.Match)]
    [InlineData(1, 55, Says.Invalid)]
    [InlineData(2, 56, Says.Invalid)]
    public void As_long_as_it_says(int words, int length, Says says) =>
        lab.Check("-m ah --ahspi 0", Family.IPv6, Cut(Bytes(new AuthenticationExtension(words)), length), says);

    [Fact]
    public void A_chain_that_is_cut_before_it_drops() =>
        lab.Check("-m ah", Family.IPv6, Cut(Bytes(new OptionsExtension(DestinationOptions, 2), new AuthenticationExtension(1)), 50), Says.Invalid);

    /// <summary>A chain may be long.</summary>
    [Fact]
    public void Behind_seventy_others() =>
        Check("-m ah --ahspi 0", Says.Match, [.. Enumerable.Repeat(new OptionsExtension(DestinationOptions, 0), 70), new AuthenticationExtension(1)]);

    private void Check(string rule, Says says, params IPv6Extension[] extensions)
    {
        byte[] packet = Bytes(extensions);
        bool isFragment = extensions.Any(extension => extension is FragmentExtension);
        if (isFragment)
        {
            lab.Check(rule, new Packet(Family.IPv6, Hook.Forward, packet) { InInterface = "eth0", OutInterface = "eth1" }, says);
        }
        else
        {
            lab.Check(rule, Family.IPv6, packet, says);
        }
    }

    private static byte[] Bytes(params IPv6Extension[] extensions) =>
        (IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2") with { Extensions = [.. extensions] }).Carry(new UdpDatagram(1000, 53));

    /// <summary>The first bytes, with a header that tells the truth about them.</summary>
    private static byte[] Cut(byte[] packet, int length)
    {
        byte[] cut = packet[..length];
        cut[5] = (byte)(length - 40);
        return cut;
    }
}
