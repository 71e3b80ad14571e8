using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m string (iptables-extensions(8); net/netfilter/xt_string.c, lib/ts_bm.c, lib/ts_kmp.c): bytes in the packet.</summary>
[Collection(MatchLab.Name)]
public sealed class StringTests(MatchLab lab)
{
    private const int HeadersV4 = 28, HeadersV6 = 48;

    [Theory]
    [InlineData("--string GET", "GET / HTTP/1.0", Says.Match)]
    [InlineData("--string get", "GET / HTTP/1.0", Says.Miss)]
    [InlineData("--string get --icase", "GET / HTTP/1.0", Says.Match)]
    [InlineData("--string get --icase", "g3T geT", Says.Match)]
    [InlineData("! --string GET", "GET / HTTP/1.0", Says.Miss)]
    [InlineData("! --string POST", "GET / HTTP/1.0", Says.Match)]
    [InlineData("--string \"/ HTTP/1.0\"", "GET / HTTP/1.0", Says.Match)]
    [InlineData("--string \"/ HTTP/1.1\"", "GET / HTTP/1.0", Says.Miss)]
    [InlineData("--string 0", "GET / HTTP/1.0", Says.Match)]
    [InlineData("--string aab", "aaaab", Says.Match)]
    [InlineData("--string aaaaaaaaab", "aaaaaaaaaaaaaaaaab", Says.Match)]
    [InlineData("--string aaaaaaaaab", "aaaaaaaaaaaaaaaaaa", Says.Miss)]
    [InlineData("--hex-string \"|474554 20|/\"", "GET / HTTP/1.0", Says.Match)]
    [InlineData("--string \"[\" --icase", "{", Says.Miss)]
    [InlineData("--string \"@\" --icase", "`", Says.Miss)]
    public void Texts(string match, string payload, Says says) => Both(match, Encoding.Latin1.GetBytes(payload), says);

    [Theory]
    [InlineData("e4", "c4", Says.Match)]
    [InlineData("c4", "e4", Says.Match)]
    [InlineData("df", "bf", Says.Match)]
    [InlineData("bf", "df", Says.Match)]
    [InlineData("ff", "df", Says.Miss)]
    [InlineData("f7", "d7", Says.Miss)]
    public void Letters_of_Latin_1_have_two_cases(string pattern, string payload, Says says) =>
        Both($"--hex-string \"|{pattern}|\" --icase --from 28", [.. new byte[32], .. Convert.FromHexString(payload)], says, "kmp");

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(33)]
    [InlineData(127)]
    public void Any_length_at_any_place(int length)
    {
        byte[] pattern = [.. Enumerable.Range(0, length).Select(i => (byte)('a' + (i % 23)))];
        foreach (int before in new[] { 0, 1, 31, 32, 33, 39, 40, 41, 200 })
        {
            byte[] filler = [.. Enumerable.Repeat((byte)'z', before)];
            Both("--string " + Encoding.ASCII.GetString(pattern), [.. filler, .. pattern], Says.Match);
            Both("--string " + Encoding.ASCII.GetString(pattern), [.. filler, .. pattern[..^1], (byte)'!', .. filler], Says.Miss);
        }
    }

    [Theory]
    [InlineData("--from 28", Says.Match)]
    [InlineData("--from 29", Says.Miss)]
    [InlineData("--to 36", Says.Match)]
    [InlineData("--to 35", Says.Miss)]
    [InlineData("--from 28 --to 36", Says.Match)]
    [InlineData("--from 28 --to 28", Says.Miss)]
    [InlineData("--to 0", Says.Miss)]
    [InlineData("--from 60000", Says.Miss)]
    public void Offsets_count_from_the_network_header(string offsets, Says says)
    {
        lab.Check("-m string --algo kmp --string abcdefgh " + offsets, Family.IPv4, V4("abcdefgh"u8.ToArray()), says);
        lab.Check("-m string --algo bm --string abcdefgh " + offsets, Family.IPv4, V4("abcdefghijk"u8.ToArray()), says);
    }

    [Fact]
    public void The_headers_are_part_of_the_packet()
    {
        byte[] packet = V4("abc"u8.ToArray());
        lab.Check($"-m string --algo kmp --hex-string |{Convert.ToHexString(packet[12..20])}|", Family.IPv4, packet, Says.Match);
    }

    /// <summary>Long packets stand in several pieces of memory.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1400)]
    [InlineData(1470)]
    [InlineData(4000)]
    [InlineData(4988)]
    public void Long_packets(int place)
    {
        byte[] payload = [.. Enumerable.Repeat((byte)'-', 5000)];
        "needle in hay"u8.CopyTo(payload.AsSpan(Math.Min(place, payload.Length - 13)));
        lab.Check("-m string --algo kmp --string \"needle in hay\" --to 60000", Family.IPv4, V4(payload), Says.Match);
        lab.Check("-m string --algo kmp --string \"needle in hat\"", Family.IPv6, V6(payload), Says.Miss);
        lab.Check("-m string --algo kmp --string \"needle in hay\"", Family.IPv6, V6(payload), Says.Match);
    }

    private static byte[] V4(byte[] payload) => IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(new UdpDatagram(1000, 22) { Payload = [.. payload] });

    private static byte[] V6(byte[] payload) => IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2").Carry(new UdpDatagram(1000, 22) { Payload = [.. payload] });

    private void Both(string match, byte[] payload, Says says, string algorithm = "bm")
    {
        lab.Check($"-m string --algo {algorithm} {match}" + (match.Contains("--from", StringComparison.Ordinal) ? "" : $" --from {HeadersV4}"), Family.IPv4, V4(payload), says);
        lab.Check($"-m string --algo kmp {match}" + (match.Contains("--from", StringComparison.Ordinal) ? "" : $" --from {HeadersV6}"), Family.IPv6, V6(payload), says);
    }
}
