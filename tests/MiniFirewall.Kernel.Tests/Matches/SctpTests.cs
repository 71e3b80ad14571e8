using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m sctp (iptables-extensions(8); net/netfilter/xt_sctp.c).</summary>
[Collection(MatchLab.Name)]
public sealed class SctpTests(MatchLab lab)
{
    private static readonly byte[] Data = [0, 3, 0, 5, 1, 0, 0, 0], Init = [1, 0, 0, 4], Abort = [6, 1, 0, 4], Pad = [0x84, 0, 0, 4];

    [Theory]
    [InlineData("-p sctp -m sctp", Says.Match)]
    [InlineData("-p sctp --sport 1000 --dport 7", Says.Match)]
    [InlineData("-p sctp --sport 1001", Says.Miss)]
    [InlineData("-p sctp ! --dport 7", Says.Miss)]
    [InlineData("-p sctp ! --dport 8:9", Says.Match)]
    [InlineData("-p sctp --dport :", Says.Match)]
    [InlineData("-p sctp ! --dport :", Says.Miss)]
    [InlineData("-p sctp --chunk-types any DATA", Says.Match)]
    [InlineData("-p sctp --chunk-types any INIT", Says.Match)]
    [InlineData("-p sctp --chunk-types any PAD,ABORT", Says.Miss)]
    [InlineData("-p sctp ! --chunk-types any PAD,ABORT", Says.Match)]
    [InlineData("-p sctp ! --chunk-types any DATA", Says.Miss)]
    [InlineData("-p sctp --chunk-types any ALL", Says.Match)]
    [InlineData("-p sctp --chunk-types any NONE", Says.Miss)]
    [InlineData("-p sctp --chunk-types all DATA", Says.Match)]
    [InlineData("-p sctp --chunk-types all DATA,INIT", Says.Match)]
    [InlineData("-p sctp --chunk-types all DATA,INIT,PAD", Says.Miss)]
    [InlineData("-p sctp ! --chunk-types all DATA,INIT,PAD", Says.Match)]
    [InlineData("-p sctp --chunk-types all ALL", Says.Miss)]
    [InlineData("-p sctp --chunk-types all NONE", Says.Match)]
    [InlineData("-p sctp --chunk-types only DATA", Says.Miss)]
    [InlineData("-p sctp --chunk-types only DATA,INIT,PAD", Says.Match)]
    [InlineData("-p sctp ! --chunk-types only DATA", Says.Match)]
    [InlineData("-p sctp --chunk-types only ALL", Says.Match)]
    [InlineData("-p sctp --chunk-types only NONE", Says.Miss)]
    [InlineData("-p sctp --chunk-types any DATA:BE", Says.Match)]
    [InlineData("-p sctp --chunk-types any DATA:Ub", Says.Miss)]
    [InlineData("-p sctp --chunk-types any DATA:uiBE", Says.Match)]
    [InlineData("-p sctp --chunk-types all DATA:U,INIT", Says.Miss)]
    [InlineData("-p sctp --chunk-types only DATA:U,INIT", Says.Miss)]
    [InlineData("-p sctp --chunk-types only DATA:E,INIT", Says.Match)]
    [InlineData("-p sctp --sport 1 --chunk-types any DATA", Says.Miss)]
    public void Data_and_init(string rule, Says says) => lab.Check(rule, Packet(Data, Init), says);

    [Theory]
    [InlineData("-p sctp --chunk-types any ABORT:T", Says.Match)]
    [InlineData("-p sctp --chunk-types any ABORT:t", Says.Miss)]
    [InlineData("-p sctp --chunk-types all PAD,ABORT", Says.Match)]
    [InlineData("-p sctp --chunk-types only PAD,ABORT:T", Says.Match)]
    public void Abort_and_pad(string rule, Says says) => lab.Check(rule, Packet(Abort, Pad), says);

    [Theory]
    [InlineData("-p sctp -m sctp", Says.Match)]
    [InlineData("-p sctp --chunk-types any DATA", Says.Invalid)]
    [InlineData("-p sctp --chunk-types only DATA", Says.Invalid)]
    public void No_chunk_at_all(string rule, Says says) => lab.Check(rule, Packet(), says);

    [Theory]
    [InlineData("-p sctp --chunk-types any DATA", Says.Match)]
    [InlineData("-p sctp --chunk-types only INIT", Says.Miss)]
    [InlineData("-p sctp --chunk-types any INIT", Says.Invalid)]
    [InlineData("-p sctp --chunk-types all DATA", Says.Invalid)]
    [InlineData("-p sctp --chunk-types only DATA", Says.Invalid)]
    public void A_chunk_without_a_length_drops_where_it_is_looked_at(string rule, Says says) => lab.Check(rule, Packet(Data, [1, 0, 0, 0]), says);

    [Theory]
    [InlineData("-p sctp --chunk-types all DATA", Says.Match)]
    [InlineData("-p sctp --chunk-types any INIT", Says.Miss)]
    public void A_chunk_may_claim_more_than_there_is(string rule, Says says) => lab.Check(rule, Packet([0, 0, 255, 255]), says);

    [Theory]
    [InlineData("-p sctp --chunk-types any INIT", Says.Invalid)]
    public void Three_bytes_are_no_chunk(string rule, Says says) => lab.Check(rule, Packet(Data, [1, 0, 0]), says);

    [Fact]
    public void Every_type_and_many_chunks()
    {
        byte[][] all = [.. Enumerable.Range(0, 256).Select(type => new byte[] { (byte)type, 0, 0, 4 })];
        lab.Check("-p sctp --chunk-types only ALL", Packet(all), Says.Match);
        lab.Check("-p sctp --chunk-types all DATA,SHUTDOWN_COMPLETE,I_DATA,ASCONF_ACK,I_FORWARD_TSN", Packet(all), Says.Match);

        // The kernel's map has bits for 2048 types, and all of them are in ALL (xt_sctp.h, SCTP_CHUNKMAP_IS_CLEAR).
        lab.Check("-p sctp --chunk-types all ALL", Packet(all), Says.Miss);
        lab.Check("-p sctp ! --chunk-types all ALL", Packet(all), Says.Match);
        lab.Check("-p sctp --chunk-types any PAD", Packet([.. Enumerable.Repeat(Init, 5000), Pad]), Says.Match);
        lab.Check("-p sctp --chunk-types only INIT", Packet([.. Enumerable.Repeat(Init, 5000), Pad]), Says.Miss);
    }

    [Theory]
    [InlineData("-p sctp -m sctp", "sctp SRC:1000 DST:7 cut 11", Says.Invalid)]
    [InlineData("-p sctp ! --chunk-types any DATA", "sctp SRC:1000 DST:7 cut 4", Says.Invalid)]
    [InlineData("-p sctp -m sctp", "sctp SRC:1000 DST:7 frag 2", Says.Miss)]
    [InlineData("-p sctp ! --chunk-types any DATA", "sctp SRC:1000 DST:7 frag 2", Says.Miss)]
    [InlineData("-p sctp -m sctp", "udp SRC:1000 DST:7", Says.Miss)]
    public void Cut_headers_fragments_other_protocols(string rule, string packet, Says says) => lab.Check(rule, packet, says);

    private static SctpPacket Packet(params byte[][] chunks) => new(1000, 7) { Payload = [.. chunks.SelectMany(chunk => chunk)] };
}
