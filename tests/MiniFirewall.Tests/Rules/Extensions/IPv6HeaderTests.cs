using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>The matches of IPv6 headers: what ip6tables -L shows of them (1.8.9), and for which family they are.</summary>
public sealed class IPv6HeaderTests
{
    [Theory]
    [InlineData("-m frag", "frag ")]
    [InlineData("-m frag --fragid 1", "frag id:1")]
    [InlineData("-m frag --fragid 1:42", "frag ids:1:42")]
    [InlineData("-m frag ! --fragid :", "frag ids:!0:4294967295")]
    [InlineData("-m frag ! --fragid 1 ! --fraglen 42 --fragres --fragfirst --fragmore", "frag id:!1 length:!42 reserved first more")]
    [InlineData("-m frag --fragfirst --fraglast", "frag  first last")]
    [InlineData("-m frag --fraglen 16", "frag  length:16")]
    [InlineData("-m rt", "rt")]
    [InlineData("-m rt --rt-type 0", "rt type:0")]
    [InlineData("-m rt ! --rt-type 4294967295", "rt type:!-1")]
    [InlineData("-m rt --rt-type 0 --rt-segsleft 1:23 ! --rt-len 42 --rt-0-res", "rt type:0 segslefts:1:23 length:!42 reserved")]
    [InlineData("-m rt --rt-segsleft 5", "rt segsleft:5")]
    [InlineData("-m rt ! --rt-segsleft :", "rt segslefts:!0:4294967295")]
    [InlineData("-m rt --rt-type 0 --rt-0-addrs ::1,::2 --rt-0-not-strict", "rt type:0 0-addrs ::1,::2 0-not-strict")]
    [InlineData("-m hbh", "hbh")]
    [InlineData("-m hbh ! --hbh-len 42 --hbh-opts 1:2,23:42,42", "hbh length:!42 opts 1:2,23:42,42")]
    [InlineData("-m dst --dst-len 42", "dst length:42")]
    [InlineData("-m dst --dst-opts 0,1,5:255", "dst opts 0,1,5")]
    [InlineData("-p mh -m mh", "mh")]
    [InlineData("-p mh --mh-type 1", "mh 1", "mh home-test-init")]
    [InlineData("-p mh --mh-type :3", "mh 0:3", "mh binding-refresh-request:home-test")]
    [InlineData("-p mh ! --mh-type 3:", "mh !3:255", "mh !home-test:255")]
    [InlineData("-p mh ! --mh-type :", "mh !0:255", "mh !binding-refresh-request:255")]
    [InlineData("-p mh --mh-type 12:200", "mh 12:200")]
    [InlineData("-m ipv6header --header hop", "ipv6header flags:0x80", "ipv6header flags:hop-by-hop")]
    [InlineData("-m ipv6header --header prot,none,esp,auth --soft", "ipv6header flags:0x0F soft", "ipv6header flags:ah,esp,ipv6-nonxt,protocol soft")]
    [InlineData("-m ipv6header ! --header frag,esp", "ipv6header flags:!0x14", "ipv6header flags:!ipv6-frag,esp")]
    [InlineData("-m srh", "srh")]
    [InlineData("-m srh ! --srh-next-hdr 17 ! --srh-hdr-len-eq 8 ! --srh-segs-left-gt 3 --srh-last-entry-lt 2 ! --srh-tag 65535", "srh next-hdr:!17 hdr-len-eq:!8 segs-left-gt:!3 last-entry-lt:2 tag:!65535")]
    [InlineData("-m srh --srh-segs-left-eq 1 ! --srh-segs-left-gt 1 --srh-segs-left-lt 1", "srh segs-left-eq:1 segs-left-gt:!1 segs-left-lt:1")]
    [InlineData("-m srh --srh-psid a::/64 ! --srh-nsid b::1 --srh-lsid c::/0", "srh psid  a::/64 nsid ! b::1/128 lsid  c::/0")]
    public void List_shows_the_words_of_ip6tables(string rule, string numeric, string? named = null)
    {
        Assert.Equal(numeric, Listing.Of(rule, FamilySet.IPv6, isNumeric: true));
        Assert.Equal(named ?? numeric, Listing.Of(rule, FamilySet.IPv6, isNumeric: false));
    }

    [Theory]
    [InlineData("-m frag")]
    [InlineData("-m rt")]
    [InlineData("-m hbh")]
    [InlineData("-m dst")]
    [InlineData("-p mh -m mh")]
    [InlineData("-m ipv6header --header hop")]
    [InlineData("-m srh")]
    public void They_are_for_IPv6_only(string rule)
    {
        Assert.StartsWith("-A INPUT", Reading.RuleLines(Reading.Good("iptables -A INPUT " + rule)).Single());
        Assert.Equal(FamilySet.IPv6, Reading.Good("iptables -A INPUT " + rule).Find("INPUT")!.Rules.Single().Families);
        Reading.Bad("iptables -4 -A INPUT " + rule);
        Reading.Bad("-A INPUT " + rule, FamilySet.IPv4);
    }

    /// <summary>A mask with holes, of which ip6tables-save prints /128.</summary>
    [Fact]
    public void A_segment_keeps_a_mask_with_holes() =>
        Assert.Equal("-A INPUT -m srh --srh-psid a::1/ffff::1", Reading.RuleLines(Reading.Good("-A INPUT -m srh --srh-psid a::1/ffff::1")).Single());
}
