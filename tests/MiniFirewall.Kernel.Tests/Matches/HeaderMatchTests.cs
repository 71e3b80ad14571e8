using System.Buffers.Binary;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>
/// The matches of IPv6 headers (net/ipv6/netfilter/ip6t_frag.c, ip6t_rt.c, ip6t_hbh.c, ip6t_mh.c, ip6t_ipv6header.c, ip6t_srh.c). A
/// chain of headers is written "NUMBER:HEX ...", each without its first byte, the next header's number; a TCP segment follows.
/// "cut N" leaves N bytes behind the network header.
/// </summary>
[Collection(MatchLab.Name)]
public sealed class HeaderMatchTests(MatchLab lab)
{
    // Reserved byte, offset and flags, identification.
    private const string First = "44:00000100000007", Middle = "44:00004900000007", Last = "44:00004800000007", Atomic = "44:00000000000007";

    // Length, type, segments left, reserved, addresses 2001:db8::1 and 2001:db8::2.
    private const string One = "20010db8000000000000000000000001", Two = "20010db8000000000000000000000002";
    private const string Routed = $"43:04000100000000{One}{Two}", RoutedReserved = $"43:04000100000001{One}{Two}", RoutedNowhere = "43:00000000000000";

    // Length, type 4, segments left, last entry, flags, tag, and three segments, the path's last first. The kernel compares the
    // tag's bytes as they are, so on a little-endian machine the tag 0x0102 is 0x0201 for a rule.
    private const string Segments = $"43:06040102000102{Two}{One}fd000000000000000000000000000009";

    [Theory]
    [InlineData("", "-m frag", Says.Miss)]
    [InlineData(First, "-m frag", Says.Match)]
    [InlineData(Middle, "-m frag", Says.Match)]
    [InlineData(Last, "-m frag", Says.Match)]
    [InlineData(First, "-m frag --fragid 7", Says.Match)]
    [InlineData(First, "-m frag --fragid 8", Says.Miss)]
    [InlineData(First, "-m frag ! --fragid 7", Says.Miss)]
    [InlineData(First, "-m frag ! --fragid 8", Says.Match)]
    [InlineData(First, "-m frag --fragid 6:7", Says.Match)]
    [InlineData(First, "-m frag --fragid 8:", Says.Miss)]
    [InlineData(First, "-m frag ! --fragid 0:6", Says.Match)]
    [InlineData("44:000001fffffffe", "-m frag --fragid 4294967294:", Says.Match)]
    [InlineData("44:000001fffffffe", "-m frag --fragid 4294967295", Says.Miss)]
    [InlineData(First, "-m frag --fragres", Says.Match)]
    [InlineData("44:01000100000007", "-m frag --fragres", Says.Miss)]
    [InlineData("44:00000300000007", "-m frag --fragres", Says.Miss)]
    [InlineData("44:00000500000007", "-m frag --fragres", Says.Miss)]
    [InlineData("44:01000700000007", "-m frag", Says.Match)]
    [InlineData(First, "-m frag --fragfirst", Says.Match)]
    [InlineData(Middle, "-m frag --fragfirst", Says.Miss)]
    [InlineData(Last, "-m frag --fragfirst", Says.Miss)]
    [InlineData(Atomic, "-m frag --fragfirst --fraglast", Says.Match)]
    [InlineData(First, "-m frag --fragmore", Says.Match)]
    [InlineData(Last, "-m frag --fragmore", Says.Miss)]
    [InlineData(First, "-m frag --fraglast", Says.Miss)]
    [InlineData(Last, "-m frag --fraglast", Says.Match)]
    [InlineData(First, "-m frag --fraglen 42", Says.Match)]
    [InlineData(First, "-m frag ! --fraglen 8", Says.Match)]
    [InlineData("60:00010400000000 " + First, "-m frag --fragid 7", Says.Match)]
    [InlineData("51:0400000000000000000000000000000000000000000000 " + First, "-m frag --fragid 7", Says.Match)]
    [InlineData(Last + " 44:00000100000008", "-m frag --fragid 8", Says.Miss)]
    [InlineData(First + " 44:00000100000008", "-m frag --fragid 7", Says.Match)]
    [InlineData(First, "-p tcp -m frag", Says.Match)]
    [InlineData(First, "-p udp -m frag", Says.Miss)]
    [InlineData(First + " cut 8", "-m frag --fragid 7", Says.Match)]
    [InlineData(First + " cut 7", "-m frag", Says.Invalid)]
    [InlineData(First + " cut 3", "-m frag", Says.Invalid)]
    [InlineData(First + " cut 0", "-m frag ! --fragid 7", Says.Invalid)]
    [InlineData("60:00010400000000 cut 1", "-m frag", Says.Invalid)]
    [InlineData("60:00010400000000 cut 2", "-m frag", Says.Invalid)]
    [InlineData("60:00010400000000 cut 7", "-m frag", Says.Invalid)]
    [InlineData("60:00010400000000 cut 8", "-m frag", Says.Miss)]
    [InlineData("51:0200000000000000000000 cut 11", "-m frag", Says.Invalid)]
    [InlineData("60:05010400000000 44: cut 8", "-m frag", Says.Invalid)]
    [InlineData(RoutedNowhere + " cut 3", "-m frag", Says.Invalid)]
    public void Fragment(string chain, string rule, Says says) => Check(chain, rule, says);

    [Theory]
    [InlineData("", "-m rt", Says.Miss)]
    [InlineData(Routed, "-m rt", Says.Match)]
    [InlineData(Routed, "-m rt --rt-type 0", Says.Match)]
    [InlineData(Routed, "-m rt --rt-type 4", Says.Miss)]
    [InlineData(Routed, "-m rt ! --rt-type 4", Says.Match)]
    [InlineData(Routed, "-m rt --rt-type 256", Says.Miss)]
    [InlineData(Routed, "-m rt --rt-segsleft 1", Says.Match)]
    [InlineData(Routed, "-m rt --rt-segsleft 2:", Says.Miss)]
    [InlineData(Routed, "-m rt ! --rt-segsleft 2:", Says.Match)]
    [InlineData(Routed, "-m rt --rt-segsleft :1", Says.Match)]
    [InlineData(Routed, "-m rt --rt-len 40", Says.Match)]
    [InlineData(Routed, "-m rt --rt-len 24", Says.Miss)]
    [InlineData(Routed, "-m rt ! --rt-len 42", Says.Match)]
    [InlineData(RoutedNowhere, "-m rt --rt-len 8 --rt-segsleft 0", Says.Match)]
    [InlineData(Routed, "-m rt --rt-type 0 --rt-0-res", Says.Match)]
    [InlineData(RoutedReserved, "-m rt --rt-type 0 --rt-0-res", Says.Miss)]
    [InlineData(RoutedReserved, "-m rt --rt-type 0", Says.Match)]
    [InlineData(Routed, "-m rt --rt-type 0 --rt-0-addrs 2001:db8::1,2001:db8::2", Says.Match)]
    [InlineData(Routed, "-m rt --rt-type 0 --rt-0-addrs 2001:db8::2,2001:db8::1", Says.Miss)]
    [InlineData(Routed, "-m rt --rt-type 0 --rt-0-addrs 2001:db8::1", Says.Miss)]
    [InlineData(Routed, "-m rt --rt-type 0 --rt-0-addrs 2001:db8::1,2001:db8::2,2001:db8::3", Says.Miss)]
    [InlineData(Routed, "-m rt --rt-type 0 --rt-0-addrs 2001:db8::1 --rt-0-not-strict", Says.Match)]
    [InlineData(Routed, "-m rt --rt-type 0 --rt-0-addrs 2001:db8::2 --rt-0-not-strict", Says.Match)]
    [InlineData(Routed, "-m rt --rt-type 0 --rt-0-addrs 2001:db8::1,2001:db8::2 --rt-0-not-strict", Says.Match)]
    [InlineData(Routed, "-m rt --rt-type 0 --rt-0-addrs 2001:db8::2,2001:db8::1 --rt-0-not-strict", Says.Miss)]
    [InlineData(Routed, "-m rt --rt-type 0 --rt-0-addrs 2001:db8::3 --rt-0-not-strict", Says.Miss)]
    [InlineData(RoutedNowhere, "-m rt --rt-type 0 --rt-0-addrs ::1 --rt-0-not-strict", Says.Miss)]
    [InlineData(First + " " + Routed, "-m rt --rt-type 0", Says.Match)]
    [InlineData(Last + " " + Routed, "-m rt", Says.Miss)]
    [InlineData(Routed + " cut 40", "-m rt --rt-type 0", Says.Match)]
    [InlineData(Routed + " cut 39", "-m rt --rt-type 0", Says.Invalid)]
    [InlineData(Routed + " cut 3", "-m rt ! --rt-type 0", Says.Invalid)]
    public void Routing(string chain, string rule, Says says) => Check(chain, rule, says);

    [Theory]
    [InlineData("", "-m dst", Says.Miss)]
    [InlineData("60:00010400000000", "-m dst", Says.Match)]
    [InlineData("60:00010400000000", "-m hbh", Says.Miss)]
    [InlineData("0:00010400000000", "-m hbh", Says.Match)]
    [InlineData("0:00010400000000", "-m dst", Says.Miss)]
    [InlineData("60:00010400000000", "-m dst --dst-len 8", Says.Match)]
    [InlineData("60:00010400000000", "-m dst --dst-len 16", Says.Miss)]
    [InlineData("60:00010400000000", "-m dst ! --dst-len 8", Says.Miss)]
    [InlineData("60:00010400000000", "-m dst ! --dst-len 0", Says.Match)]
    [InlineData("60:00010400000000", "-m dst --dst-opts 1", Says.Match)]
    [InlineData("60:00010400000000", "-m dst --dst-opts 1:4", Says.Match)]
    [InlineData("60:00010400000000", "-m dst --dst-opts 1:3", Says.Miss)]
    [InlineData("60:00010400000000", "-m dst --dst-opts 1:255", Says.Match)]
    [InlineData("60:00010400000000", "-m dst --dst-opts 5", Says.Miss)]
    [InlineData("60:00010400000000", "-m dst --dst-opts 1,0", Says.Miss)]
    [InlineData("60:00010400000000", "-m dst ! --dst-len 8 --dst-opts 1", Says.Miss)]
    [InlineData("60:00000001010000", "-m dst --dst-opts 0,0,1:1,0", Says.Match)]
    [InlineData("60:00000001010000", "-m dst --dst-opts 0,0,1,0,0", Says.Miss)]
    [InlineData("60:00000001010000", "-m dst --dst-opts 0,1", Says.Miss)]
    [InlineData("60:00052800000000", "-m dst --dst-opts 5:40", Says.Match)]
    [InlineData("60:00052800000000", "-m dst --dst-opts 5:40,0", Says.Miss)]
    [InlineData("60:00010300000005", "-m dst --dst-opts 1,5", Says.Miss)]
    [InlineData("60:01050201020108ffffffffffffffff", "-m dst --dst-len 16 --dst-opts 5:2,1:8", Says.Match)]
    [InlineData("60:00010400000000 cut 8", "-m dst --dst-opts 1", Says.Match)]
    [InlineData("60:00010400000000 cut 7", "-m dst --dst-opts 1", Says.Invalid)]
    [InlineData("60:00010400000000 cut 1", "-m dst", Says.Invalid)]
    [InlineData("60:00010400000000 cut 1", "-m hbh", Says.Invalid)]
    [InlineData(Last + " 60:00010400000000", "-m dst", Says.Miss)]
    public void Options(string chain, string rule, Says says) => Check(chain, rule, says);

    [Theory]
    [InlineData("hop", "", Says.Miss)]
    [InlineData("prot", "", Says.Match)]
    [InlineData("prot --soft", "", Says.Match)]
    [InlineData("frag,prot", First, Says.Match)]
    [InlineData("frag", First, Says.Miss)]
    [InlineData("frag --soft", First, Says.Match)]
    [InlineData("frag,route --soft", First, Says.Miss)]
    [InlineData("! frag,route --soft", First, Says.Miss)]
    [InlineData("! dst,route --soft", First, Says.Match)]
    [InlineData("! frag", First, Says.Match)]
    [InlineData("! frag,prot", First, Says.Miss)]
    [InlineData("frag,dst,prot", Last + " 60:00010400000000", Says.Match)]
    [InlineData("hop,dst,route,frag,auth,prot", "0:00010400000000 60:00010400000000 " + Routed + " " + First + " 51:0400000000000000000000000000000000000000000000", Says.Match)]
    [InlineData("dst,prot", "60:00010400000000 cut 8", Says.Match)]
    [InlineData("dst,prot", "60:00010400000000 cut 2", Says.Match)]
    [InlineData("dst,prot", "60:00010400000000 cut 1", Says.Miss)]
    [InlineData("! dst,prot", "60:00010400000000 cut 1", Says.Miss)]
    [InlineData("! hop --soft", "60:00010400000000 cut 1", Says.Miss)]
    public void Kinds(string kinds, string chain, Says says) =>
        Check(chain, "-m ipv6header " + (kinds[0] == '!' ? "! --header " + kinds[2..] : "--header " + kinds), says);

    [Theory]
    [InlineData(59, "none", Says.Match)]
    [InlineData(59, "prot", Says.Miss)]
    [InlineData(50, "esp", Says.Match)]
    [InlineData(50, "prot --soft", Says.Miss)]
    [InlineData(135, "prot", Says.Match)]
    public void The_chain_ends_at_ESP_and_no_next_header(byte next, string kinds, Says says) => lab.Check(
        $"-m ipv6header --header {kinds}", Family.IPv6, Ends.Carry(new RawTransport(next) { Payload = [59, 0, 0, 0, 0, 0, 0, 0] }), says);

    [Theory]
    [InlineData("", "-m srh", Says.Miss)]
    [InlineData(Routed, "-m srh", Says.Miss)]
    [InlineData(Segments, "-m srh", Says.Match)]
    [InlineData("43:00040302000102", "-m srh", Says.Miss)]
    [InlineData(Segments, "-m srh --srh-next-hdr 6", Says.Match)]
    [InlineData(Segments, "-m srh ! --srh-next-hdr 6", Says.Miss)]
    [InlineData(Segments, "-m srh --srh-hdr-len-eq 6", Says.Match)]
    [InlineData(Segments, "-m srh --srh-hdr-len-gt 6", Says.Miss)]
    [InlineData(Segments, "-m srh ! --srh-hdr-len-gt 6", Says.Match)]
    [InlineData(Segments, "-m srh --srh-hdr-len-lt 7", Says.Match)]
    [InlineData(Segments, "-m srh --srh-segs-left-eq 1", Says.Match)]
    [InlineData(Segments, "-m srh --srh-segs-left-gt 0 -m srh --srh-segs-left-lt 2", Says.Match)]
    [InlineData(Segments, "-m srh --srh-segs-left-lt 0", Says.Miss)]
    [InlineData(Segments, "-m srh ! --srh-segs-left-gt 255", Says.Match)]
    [InlineData(Segments, "-m srh --srh-last-entry-eq 2", Says.Match)]
    [InlineData(Segments, "-m srh --srh-last-entry-gt 2", Says.Miss)]
    [InlineData(Segments, "-m srh --srh-tag 513", Says.Match)]
    [InlineData(Segments, "-m srh --srh-tag 258", Says.Miss)]
    [InlineData(Segments, "-m srh ! --srh-tag 258", Says.Match)]
    [InlineData(Segments, "-m srh --srh-psid fd00::9", Says.Match)]
    [InlineData(Segments, "-m srh --srh-psid fd00::8", Says.Miss)]
    [InlineData(Segments, "-m srh --srh-psid fd00::8/127", Says.Match)]
    [InlineData(Segments, "-m srh ! --srh-psid fd00::9", Says.Miss)]
    [InlineData(Segments, "-m srh --srh-nsid 2001:db8::2", Says.Match)]
    [InlineData(Segments, "-m srh --srh-nsid 2001:db8:ffff::/32", Says.Match)]
    [InlineData(Segments, "-m srh ! --srh-lsid 2001:db8::1", Says.Match)]
    [InlineData(Segments, "-m srh --srh-lsid ::/0", Says.Match)]
    [InlineData("43:00040000000000", "-m srh --srh-nsid ::/0", Says.Miss)]
    [InlineData("43:00040000000000", "-m srh ! --srh-nsid ::1", Says.Miss)]
    [InlineData("43:00040000000000", "-m srh --srh-psid ::/0", Says.Miss)]
    [InlineData("43:00040000000000", "-m srh --srh-lsid ::/0", Says.Match)]
    [InlineData("43:00040000000000 cut 8", "-m srh --srh-lsid ::/0", Says.Miss)]
    [InlineData(Segments + " cut 55", "-m srh", Says.Miss)]
    [InlineData(Segments + " cut 3", "-m srh", Says.Miss)]
    [InlineData(Last + " " + Segments, "-m srh", Says.Miss)]
    public void Segment_routing(string chain, string rule, Says says) => Check(chain, rule, says);

    [Theory]
    [InlineData("3b00050000000000", "-p mh", Says.Match)]
    [InlineData("3b00050000000000", "-p mh -m mh", Says.Match)]
    [InlineData("3b00050000000000", "-p mh --mh-type 5", Says.Match)]
    [InlineData("3b00050000000000", "-p mh --mh-type bu:be", Says.Match)]
    [InlineData("3b00050000000000", "-p mh --mh-type 6:", Says.Miss)]
    [InlineData("3b00050000000000", "-p mh ! --mh-type 5", Says.Miss)]
    [InlineData("3b00050000000000", "-p mh ! --mh-type :", Says.Miss)]
    [InlineData("0600050000000000", "-p mh -m mh", Says.Invalid)]
    [InlineData("0600050000000000", "-p mh ! --mh-type 5", Says.Invalid)]
    [InlineData("0600050000000000", "-p mh", Says.Match)]
    [InlineData("3b0005000000", "-p mh --mh-type 5", Says.Match)]
    [InlineData("3b00050000", "-p mh --mh-type 5", Says.Invalid)]
    [InlineData("", "-p mh -m mh", Says.Invalid)]
    public void Mobility(string message, string rule, Says says)
    {
        var transport = new RawTransport(135) { Payload = [.. Convert.FromHexString(message)] };
        lab.Check(rule, Family.IPv6, Ends.Carry(transport), says);
        lab.Check(rule, Family.IPv6, (Ends with { Extensions = [RawExtension.Parse(First)] }).Carry(transport), says);
        Says later = rule == "-p mh" ? Says.Match : Says.Miss;
        lab.Check(rule, Family.IPv6, (Ends with { Extensions = [RawExtension.Parse(Last)] }).Carry(transport), later);
    }

    private static IPv6Header Ends => IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2");

    /// <summary>On one hook, not the same for all; on arrival the kernel looks into hop-by-hop options itself.</summary>
    private void Check(string chain, string rule, Says says)
    {
        bool hasHop = chain.StartsWith("0:", StringComparison.Ordinal);
        lab.Check(rule, Case.OnEveryHook(Family.IPv6, Packet(chain)).ElementAt(hasHop ? 2 : (chain.Length + rule.Length) % 3), says);
    }

    private static byte[] Packet(string chain)
    {
        string[] words = chain.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int cut = Array.IndexOf(words, "cut");
        string[] headers = cut < 0 ? words : words[..cut];
        byte[] bytes = (Ends with { Extensions = [.. headers.Select(RawExtension.Parse)] }).Carry(new TcpSegment(1000, 22));
        if (cut >= 0)
        {
            bytes = bytes[..(40 + int.Parse(words[cut + 1]))];
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)(bytes.Length - 40));
        }

        return bytes;
    }
}
