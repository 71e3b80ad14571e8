using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m tcp (iptables-extensions(8); net/netfilter/xt_tcpudp.c tcp_mt).</summary>
[Collection(MatchLab.Name)]
public sealed class TcpTests(MatchLab lab)
{
    [Theory]
    [InlineData("-p tcp --dport 22", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp --dport 23", "tcp SRC:1000 DST:22", Says.Miss)]
    [InlineData("-p tcp --dport ssh", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp -m tcp --dport 22", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp ! --dport 22", "tcp SRC:1000 DST:22", Says.Miss)]
    [InlineData("-p tcp ! --dport 23", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp --dport 20:22", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp --dport 22:30", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp --dport 23:30", "tcp SRC:1000 DST:22", Says.Miss)]
    [InlineData("-p tcp --dport 10:21", "tcp SRC:1000 DST:22", Says.Miss)]
    [InlineData("-p tcp ! --dport 20:22", "tcp SRC:1000 DST:22", Says.Miss)]
    [InlineData("-p tcp ! --dport 23:30", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp --dport :22", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp --dport :21", "tcp SRC:1000 DST:22", Says.Miss)]
    [InlineData("-p tcp --dport 22:", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp --dport 65535", "tcp SRC:1000 DST:65535", Says.Match)]
    [InlineData("-p tcp --dport 0", "tcp SRC:1000 DST:0", Says.Match)]
    [InlineData("-p tcp --sport 1000", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp --sport 22", "tcp SRC:1000 DST:22", Says.Miss)]
    [InlineData("-p tcp ! --sport 1000", "tcp SRC:1000 DST:22", Says.Miss)]
    [InlineData("-p tcp ! --sport 1001", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp --sport 999:1001 --dport 22", "tcp SRC:1000 DST:22", Says.Match)]
    [InlineData("-p tcp --sport 999:1001 ! --dport 22", "tcp SRC:1000 DST:22", Says.Miss)]
    [InlineData("-p tcp --dport 22", "udp SRC:1000 DST:22", Says.Miss)]
    [InlineData("-p tcp ! --dport 23", "udp SRC:1000 DST:22", Says.Miss)]
    public void Ports(string rule, string packet, Says says) => lab.Check(rule, packet, says);

    [Theory]
    [InlineData("--syn", "syn", Says.Match)]
    [InlineData("--syn", "flags SYN,PSH", Says.Match)]
    [InlineData("--syn", "flags SYN,ECE,CWR,URG", Says.Match)]
    [InlineData("--syn", "flags SYN,ACK", Says.Miss)]
    [InlineData("--syn", "flags SYN,FIN", Says.Miss)]
    [InlineData("--syn", "flags SYN,RST", Says.Miss)]
    [InlineData("--syn", "flags ACK", Says.Miss)]
    [InlineData("! --syn", "syn", Says.Miss)]
    [InlineData("! --syn", "flags ACK", Says.Match)]
    [InlineData("--tcp-flags SYN,ACK SYN,ACK", "flags SYN,ACK", Says.Match)]
    [InlineData("--tcp-flags SYN,ACK SYN,ACK", "flags SYN", Says.Miss)]
    [InlineData("--tcp-flags ALL NONE", "flags NONE", Says.Match)]
    [InlineData("--tcp-flags ALL NONE", "flags URG", Says.Miss)]
    [InlineData("--tcp-flags ALL NONE", "flags ECE", Says.Match)]
    [InlineData("--tcp-flags ALL ALL", "flags FIN,SYN,RST,PSH,ACK,URG", Says.Match)]
    [InlineData("--tcp-flags FIN,URG FIN", "flags FIN,ACK", Says.Match)]
    [InlineData("! --tcp-flags FIN,URG FIN", "flags FIN,ACK", Says.Miss)]
    [InlineData("! --tcp-flags FIN,URG FIN", "flags FIN,URG", Says.Match)]
    public void Flags(string match, string flags, Says says)
    {
        lab.Check("-p tcp " + match, "tcp SRC:1000 DST:22 " + flags, says);
        lab.Check("-p tcp --dport 22 " + match, "tcp SRC:1000 DST:22 " + flags, says);
    }

    [Theory]
    [InlineData("-p tcp --dport 22", 20, Says.Match)]
    [InlineData("-p tcp --dport 22", 19, Says.Invalid)]
    [InlineData("-p tcp --dport 22", 4, Says.Invalid)]
    [InlineData("-p tcp --dport 22", 0, Says.Invalid)]
    [InlineData("-p tcp --dport 23", 19, Says.Invalid)]
    [InlineData("-p tcp ! --dport 22", 19, Says.Invalid)]
    [InlineData("-p tcp -m tcp", 19, Says.Invalid)]
    [InlineData("-p tcp -m tcp", 20, Says.Match)]
    [InlineData("-p tcp --syn", 13, Says.Invalid)]
    [InlineData("-p udp --dport 22", 3, Says.Miss)]
    public void A_cut_header_is_dropped(string rule, int left, Says says) => lab.Check(rule, $"tcp SRC:1000 DST:22 cut {left}", says);

    [Theory]
    [InlineData("-p tcp --dport 22", "tcp SRC:1000 DST:22 frag 0", Says.Match)]
    [InlineData("-p tcp --dport 22", "tcp SRC:1000 DST:22 frag 0 cut 8", Says.Invalid)]
    [InlineData("-p tcp --dport 22", "tcp SRC:1000 DST:22 frag 2", Says.Miss)]
    [InlineData("-p tcp ! --dport 22", "tcp SRC:1000 DST:22 frag 2", Says.Miss)]
    [InlineData("-p tcp -m tcp", "tcp SRC:1000 DST:22 frag 2", Says.Miss)]
    [InlineData("-p tcp --dport 22", "udp SRC:1000 DST:22 frag 1", Says.Miss)]

    // An IPv4 fragment at 8 bytes could overwrite the flags; the kernel counts IPv6 offsets in bytes, so none there is 1.
    [InlineData("-p tcp --dport 22", "tcp 198.51.100.1 203.0.113.9 frag 1", Says.Invalid)]
    [InlineData("-p tcp -m tcp", "tcp 198.51.100.1 203.0.113.9 frag 1", Says.Invalid)]
    [InlineData("-p tcp --dport 22", "tcp 2001:db8:1::1 2001:db8:2::2 frag 1", Says.Miss)]
    public void Fragments(string rule, string packet, Says says) => lab.Check(rule, packet, says);

    public static TheoryData<string, byte[], byte?, Says> Options => new()
    {
        { "--tcp-option 2", [2, 4, 5, 0xb4], null, Says.Match },
        { "--tcp-option 3", [2, 4, 5, 0xb4], null, Says.Miss },
        { "! --tcp-option 2", [2, 4, 5, 0xb4], null, Says.Miss },
        { "! --tcp-option 3", [2, 4, 5, 0xb4], null, Says.Match },
        { "--tcp-option 2", [], null, Says.Miss },
        { "! --tcp-option 2", [], null, Says.Match },
        { "--tcp-option 8", [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2], null, Says.Match },
        { "--tcp-option 8", [2, 4, 8, 8, 1, 1, 1, 1], null, Says.Miss },

        // A length of zero counts as one byte; the byte after it is read as a kind.
        { "--tcp-option 9", [7, 0, 9, 2], null, Says.Match },

        // End of options does not end the kernel's walk.
        { "--tcp-option 9", [0, 9, 2, 0], null, Says.Match },

        // A length beyond the header ends it.
        { "--tcp-option 9", [7, 200, 9, 2], null, Says.Miss },
        { "! --tcp-option 9", [7, 200, 9, 2], null, Says.Match },

        // The last byte's own length lies beyond the option area; the walk ends there whatever it is.
        { "--tcp-option 9", [1, 1, 1, 7], null, Says.Miss },
        { "--tcp-option 7", [1, 1, 1, 7], null, Says.Match },
        { "--tcp-option 255", [1, 1, 1, 255], null, Says.Match },

        // A header length below 5 words, or beyond the packet, is dropped.
        { "--tcp-option 2", [], 4, Says.Invalid },
        { "--tcp-option 2", [], 0, Says.Invalid },
        { "! --tcp-option 2", [], 0, Says.Invalid },
        { "--tcp-option 2", [2, 4, 5, 0xb4], 7, Says.Invalid },
        { "! --tcp-option 2", [2, 4, 5, 0xb4], 15, Says.Invalid },
        { "--dport 23 --tcp-option 2", [], 0, Says.Miss },
        { "--dport 22 --tcp-option 2", [], 0, Says.Invalid },
        { "--syn --tcp-option 2", [2, 4, 5, 0xb4], null, Says.Match },
        { "! --syn --tcp-option 2", [2, 4, 5, 0xb4], null, Says.Miss },
        { "--dport 22", [], 0, Says.Match },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void TcpOptions(string match, byte[] options, byte? words, Says says)
    {
        var segment = new TcpSegment(1000, 22) { Options = [.. options], DataOffset = words };
        lab.Check("-p tcp " + match, segment, says);
    }

    [Fact]
    public void The_longest_option_area()
    {
        ImmutableArray<byte> nops = [.. Enumerable.Repeat((byte)1, 39), 9];
        lab.Check("-p tcp --tcp-option 9", new TcpSegment(1000, 22) { Options = nops }, Says.Match);
        lab.Check("-p tcp --tcp-option 8", new TcpSegment(1000, 22) { Options = nops }, Says.Miss);
    }

    [Fact]
    public void Data_after_the_header_is_no_option()
    {
        var segment = new TcpSegment(1000, 22) { Payload = [9, 9, 9, 9] };
        lab.Check("-p tcp --tcp-option 9", segment, Says.Miss);
        lab.Check("-p tcp --tcp-option 9", segment with { DataOffset = 6 }, Says.Match);
    }

    [Fact]
    public void After_an_IPv6_extension_chain()
    {
        byte[] packet = (IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2") with
        {
            Extensions = [OptionsExtension.HopByHop, new RoutingExtension(0, 0, [1]), new FragmentExtension(0, true, 1), OptionsExtension.Destination],
        }).Carry(new TcpSegment(1000, 22));
        lab.Check("-p tcp --dport 22", Family.IPv6, packet, Says.Match);
        lab.Check("-p tcp --dport 21", Family.IPv6, packet, Says.Miss);
        byte[] cut = packet[..^1];
        cut[5]--;
        lab.Check("-p tcp --dport 22", Family.IPv6, cut, Says.Invalid);
    }
}
