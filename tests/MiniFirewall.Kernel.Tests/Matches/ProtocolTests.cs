using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-p (iptables(8); ip_packet_match, ip6_packet_match).</summary>
[Collection(MatchLab.Name)]
public sealed class ProtocolTests(MatchLab lab)
{
    [Theory]
    [InlineData("-p tcp", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p 6", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp", "udp SRC:1000 DST:22", Says.Miss)]
    [InlineData("! -p tcp", "tcp SRC:1000 DST:22", Says.Miss)]
    [InlineData("! -p tcp", "udp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p udp", "udp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p udplite", "udplite SRC:1000 DST:22", Says.Match)]
    [InlineData("-p sctp", "sctp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p esp", "esp SRC DST", Says.Match)]
    [InlineData("-p 255", "proto 255 SRC DST", Says.Match)]
    [InlineData("-p 254", "proto 255 SRC DST", Says.Miss)]
    [InlineData("-p all", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p all", "proto 255 SRC DST", Says.Match)]
    [InlineData("-p 0", "udp SRC:1000 DST:22", Says.Match)]
    [InlineData("", "proto 200 SRC DST", Says.Match)]
    public void The_protocol_is_compared(string rule, string packet, Says says) => lab.Check(rule, packet, says);

    [Theory]
    [InlineData("-p tcp", "tcp SRC:1000 DST:22 cut 0", Says.Match)]
    [InlineData("-p tcp", "tcp SRC:1000 DST:22 cut 7", Says.Match)]
    [InlineData("! -p udp", "tcp SRC:1000 DST:22 cut 3", Says.Match)]
    [InlineData("-p tcp", "tcp SRC:1000 DST:22 frag 0", Says.Match)]
    [InlineData("-p tcp", "tcp SRC:1000 DST:22 frag 1", Says.Match)]
    [InlineData("-p tcp", "tcp SRC:1000 DST:22 frag 100", Says.Match)]
    [InlineData("-p tcp", "udp SRC:1000 DST:22 frag 100", Says.Miss)]
    public void The_protocol_needs_no_transport_header(string rule, string packet, Says says) => lab.Check(rule, packet, says);

    [Fact]
    public void IPv4_options_move_the_transport_header()
    {
        ImmutableArray<byte> options = [1, 1, 1, 1, 1, 1, 1, 0];
        byte[] packet = (IPv4Header.Between("198.51.100.1", "203.0.113.9") with { Options = options })
            .Carry(new TcpSegment(1000, 22));
        lab.Check("-p tcp -m tcp --dport 22", Family.IPv4, packet, Says.Match);
        lab.Check("-p tcp -m tcp --dport 23", Family.IPv4, packet, Says.Miss);
    }

    public static TheoryData<string, string, Says> ExtensionChains => new()
    {
        { "hop", "-p tcp", Says.Match },
        { "hop", "-p 0", Says.Match },
        { "destination", "-p tcp", Says.Match },
        { "destination", "-p udp", Says.Miss },
        { "routing", "-p tcp", Says.Match },
        { "routing", "! -p tcp", Says.Miss },
        { "authentication", "-p tcp", Says.Match },
        { "fragment", "-p tcp", Says.Match },
        { "hop destination routing fragment authentication destination", "-p tcp", Says.Match },
        { "hop destination routing fragment authentication destination", "-p udp", Says.Miss },
        { "destination hop", "-p tcp", Says.Match },
        { "fragment fragment", "-p tcp", Says.Match },
        { "long", "-p tcp", Says.Match },
        { "last-fragment", "-p tcp", Says.Match },
        { "last-fragment", "! -p tcp", Says.Miss },
        { "last-fragment destination", "-p tcp", Says.Invalid },
        { "last-fragment destination", "! -p tcp", Says.Invalid },
        { "last-fragment destination", "", Says.Match },
    };

    [Theory]
    [MemberData(nameof(ExtensionChains))]
    public void IPv6_extension_headers_are_walked(string chain, string rule, Says says)
    {
        IPv6Header header = Ends with { Extensions = [.. chain.Split(' ').Select(Extension)] };
        lab.Check(rule, Family.IPv6, header.Carry(new TcpSegment(1000, 22)), says);
    }

    [Theory]
    [InlineData("destination", 0, "-p tcp", Says.Invalid)]
    [InlineData("destination", 1, "-p tcp", Says.Invalid)]
    [InlineData("destination", 1, "! -p tcp", Says.Invalid)]
    [InlineData("destination", 1, "-p 60", Says.Invalid)]
    [InlineData("destination", 1, "", Says.Match)]
    [InlineData("destination", 2, "-p tcp", Says.Invalid)]
    [InlineData("destination", 7, "-p tcp", Says.Invalid)]
    [InlineData("destination", 8, "-p tcp", Says.Match)]
    [InlineData("fragment", 1, "-p tcp", Says.Invalid)]
    [InlineData("fragment", 2, "-p tcp", Says.Invalid)]
    [InlineData("fragment", 3, "-p tcp", Says.Invalid)]
    [InlineData("fragment", 4, "-p tcp", Says.Invalid)]
    [InlineData("fragment", 7, "-p tcp", Says.Invalid)]
    [InlineData("fragment", 8, "-p tcp", Says.Match)]
    [InlineData("authentication", 1, "-p udp", Says.Invalid)]
    [InlineData("authentication", 2, "-p udp", Says.Invalid)]
    public void A_cut_IPv6_extension_header_makes_a_rule_with_a_protocol_drop(string extension, int left, string rule, Says says)
    {
        byte[] packet = (Ends with { Extensions = [Extension(extension)] }).Carry(new TcpSegment(1000, 22))[..(40 + left)];
        packet[5] = (byte)left;
        packet[4] = 0;
        lab.Check(rule, Family.IPv6, packet, says);
    }

    [Theory]
    [InlineData("-p 59", Says.Match)]
    [InlineData("-p tcp", Says.Miss)]
    [InlineData("! -p tcp", Says.Match)]
    public void No_next_header_is_a_protocol(string rule, Says says) =>
        lab.Check(rule, Family.IPv6, Ends.Carry(new RawTransport(59)), says);

    [Fact]
    public void A_chain_that_a_broken_packet_skips_does_not_drop_it()
    {
        byte[] packet = (Ends with { Extensions = [Extension("destination")] }).Carry(new TcpSegment(1000, 22))[..41];
        (packet[4], packet[5]) = (0, 1);
        lab.Check("-s 2001:db8:77::/48 -p tcp", Family.IPv6, packet, Says.Miss);
        lab.Check("-s 2001:db8:1::/48 -p tcp", Family.IPv6, packet, Says.Invalid);
    }

    private static IPv6Header Ends => IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2");

    private static IPv6Extension Extension(string name) => name switch
    {
        "hop" => OptionsExtension.HopByHop,
        "destination" => OptionsExtension.Destination,
        "long" => new OptionsExtension(60, 20),
        "routing" => new RoutingExtension(0, 0, [1, 2]),
        "authentication" => new AuthenticationExtension(),
        "fragment" => new FragmentExtension(0, true, 7),
        "last-fragment" => new FragmentExtension(9, false, 7),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such extension"),
    };
}
