using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m dccp (iptables-extensions(8); net/netfilter/xt_dccp.c).</summary>
[Collection(MatchLab.Name)]
public sealed class DccpTests(MatchLab lab)
{
    [Theory]
    [InlineData("-p dccp -m dccp", Says.Match)]
    [InlineData("-p dccp --sport 1000 --dport 7", Says.Match)]
    [InlineData("-p dccp ! --sport 1000", Says.Miss)]
    [InlineData("-p dccp --dport 8:", Says.Miss)]
    [InlineData("-p dccp --dccp-types REQUEST", Says.Match)]
    [InlineData("-p dccp --dccp-types RESPONSE,DATA", Says.Miss)]
    [InlineData("-p dccp ! --dccp-types REQUEST,DATA", Says.Miss)]
    [InlineData("-p dccp ! --dccp-types INVALID", Says.Match)]
    [InlineData("-p dccp --dccp-option 5", Says.Miss)]
    [InlineData("-p dccp ! --dccp-option 5", Says.Match)]
    public void A_request(string rule, Says says) => lab.Check(rule, new DccpPacket(1000, 7), says);

    [Fact]
    public void Each_type()
    {
        string[] names = ["REQUEST", "RESPONSE", "DATA", "ACK", "DATAACK", "CLOSEREQ", "CLOSE", "RESET", "SYNC", "SYNCACK", "INVALID"];
        for (int type = 0; type < 16; type++)
        {
            lab.Check($"-p dccp --dccp-types {names[Math.Min(type, 10)]}", Packet(type, 1, []), Says.Match);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Options_begin_where_the_type_says(int extended)
    {
        for (int type = 0; type < 16; type++)
        {
            RawTransport packet = Packet(type, extended, [1, 44, 3, 9, 37, 0, 38, 2]);
            lab.Check("-p dccp --dccp-option 44", packet, Says.Match);
            lab.Check("-p dccp ! --dccp-option 9", packet, Says.Match);
        }
    }

    [Theory]
    [InlineData("--dccp-option 37", Says.Match)]
    [InlineData("--dccp-option 38", Says.Match)]
    [InlineData("--dccp-option 9", Says.Miss)]
    [InlineData("! --dccp-option 44", Says.Miss)]
    public void Kinds_behind_odd_lengths(string match, Says says) => lab.Check("-p dccp " + match, Packet(0, 1, [1, 44, 3, 9, 37, 0, 38, 2]), says);

    [Fact]
    public void As_many_options_as_a_header_can_have()
    {
        byte[] options = [.. Enumerable.Repeat((byte)1, 1003), 44];
        lab.Check("-p dccp --dccp-option 44", Packet(2, 1, options), Says.Match);
        lab.Check("-p dccp --dccp-option 45", Packet(2, 1, options), Says.Miss);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Options_that_are_not_there_drop(int words)
    {
        RawTransport packet = Packet(0, 1, [], words);
        lab.Check("-p dccp --dccp-option 44", packet, Says.Invalid);
        lab.Check("-p dccp --dccp-types REQUEST", packet, Says.Match);
        lab.Check("-p dccp --dccp-types DATA --dccp-option 44", packet, Says.Miss);
    }

    [Fact]
    public void No_options_need_no_more_than_the_fixed_part()
    {
        RawTransport whole = Packet(0, 1, []);
        lab.Check("-p dccp --dccp-option 44", whole with { Payload = [.. whole.Payload.Take(12)] }, Says.Miss);
        lab.Check("-p dccp --dccp-types REQUEST", whole with { Payload = [.. whole.Payload.Take(12)] }, Says.Match);
        lab.Check("-p dccp --dccp-types REQUEST", whole with { Payload = [.. whole.Payload.Take(11)] }, Says.Invalid);
    }

    [Theory]
    [InlineData("-p dccp ! --dccp-types DATA", "dccp SRC:1000 DST:7 frag 2", Says.Miss)]
    [InlineData("-p dccp -m dccp", "udp SRC:1000 DST:7", Says.Miss)]
    public void Fragments_and_other_protocols(string rule, string packet, Says says) => lab.Check(rule, packet, says);

    /// <param name="extended">1 for a sequence number of 48 bits.</param>
    /// <param name="lie">Words that the header claims too much.</param>
    private static RawTransport Packet(int type, int extended, byte[] options, int lie = 0)
    {
        int before = 12 + (extended * 4) + (type switch { 2 => 0, 0 => 4, 3 or 4 or 5 or 6 or 8 or 9 => 8, _ => 12 });
        byte[] header = new byte[before];
        header[0] = 1000 >> 8;
        header[1] = 1000 & 255;
        header[3] = 7;
        header[4] = (byte)(((before + options.Length) / 4) + lie);
        header[8] = (byte)((type << 1) | extended);
        return new RawTransport(IpProtocol.Dccp) { Payload = [.. header, .. options] };
    }
}
