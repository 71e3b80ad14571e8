using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>The reference meaning of matches that look into headers; the kernel's tests have all cases of it.</summary>
public sealed class HeaderMatchEvaluationTests
{
    private static readonly byte[] Data = [0, 3, 0, 4], Abort = [6, 1, 0, 4], Endless = [1, 0, 0, 0];

    [Theory]
    [InlineData("-p esp --espspi 5:6", MatchResult.Match, IpProtocol.Esp, new byte[] { 0, 0, 0, 5, 0, 0, 0, 1 })]
    [InlineData("-p esp ! --espspi 5:6", MatchResult.Miss, IpProtocol.Esp, new byte[] { 0, 0, 0, 5, 0, 0, 0, 1 })]
    [InlineData("-p esp ! --espspi 5:6", MatchResult.Invalid, IpProtocol.Esp, new byte[] { 0, 0, 0, 9 })]
    [InlineData("-p ipcomp --ipcompspi 258", MatchResult.Match, IpProtocol.Compression, new byte[] { 6, 0, 1, 2 })]
    [InlineData("-p ipcomp --ipcompspi 258", MatchResult.Invalid, IpProtocol.Compression, new byte[] { 6, 0, 1 })]
    [InlineData("-p dccp --dccp-types DATA --dccp-option 44", MatchResult.Match, IpProtocol.Dccp, new byte[] { 0, 1, 0, 2, 4, 0, 0, 0, 4, 0, 0, 0, 1, 44, 2, 0 })]
    [InlineData("-p dccp ! --dccp-option 44", MatchResult.Invalid, IpProtocol.Dccp, new byte[] { 0, 1, 0, 2, 5, 0, 0, 0, 4, 0, 0, 0, 1, 44, 2, 0 })]
    [InlineData("-p dccp ! --dccp-types DATA", MatchResult.Miss, IpProtocol.Dccp, new byte[] { 0, 1, 0, 2, 4, 0, 0, 0, 4, 0, 0, 0 })]
    public void Transport_headers(string rule, MatchResult expected, byte protocol, byte[] bytes) =>
        Check(rule, expected, new RawTransport(protocol) { Payload = [.. bytes] });

    [Fact]
    public void Sctp_chunks()
    {
        Check("-p sctp --chunk-types only DATA:BE,ABORT", MatchResult.Match, Sctp(Data, Abort));
        Check("-p sctp ! --chunk-types only DATA:BE,ABORT", MatchResult.Miss, Sctp(Data, Abort));
        Check("-p sctp --chunk-types all DATA:U,ABORT", MatchResult.Miss, Sctp(Data, Abort));
        Check("-p sctp --chunk-types all ALL", MatchResult.Miss, Sctp([.. Enumerable.Range(0, 256).Select(type => new byte[] { (byte)type, 0, 0, 4 })]));
        Check("-p sctp --chunk-types any DATA", MatchResult.Match, Sctp(Data, Endless));
        Check("-p sctp --chunk-types any PAD", MatchResult.Invalid, Sctp(Data, Endless));
    }

    [Fact]
    public void Tcp_options_and_bits()
    {
        var segment = new TcpSegment(1, 2) { Flags = TcpFlags.Ece, Options = [1, 2, 4, 5, 180] };
        Check("-p tcp -m tcpmss --mss 1460", MatchResult.Match, segment);
        Check("-p tcp -m tcpmss ! --mss 1460", MatchResult.Miss, segment);
        Check("-p tcp -m tcpmss ! --mss 1460", MatchResult.Match, segment with { Options = [] });
        Check("-p tcp -m tcpmss ! --mss 1460", MatchResult.Invalid, segment with { DataOffset = 9 });
        Check("-p tcp -m ecn --ecn-tcp-ece ! --ecn-tcp-cwr", MatchResult.Match, segment);
        Check("-p tcp -m ecn --ecn-tcp-ece", MatchResult.Miss, segment with { Flags = TcpFlags.Ack });
    }

    [Theory]
    [InlineData("-m dscp --dscp-class EF", MatchResult.Match)]
    [InlineData("-m dscp ! --dscp-class EF", MatchResult.Miss)]
    [InlineData("-m tos --tos 0x39/0x3f", MatchResult.Match)]
    [InlineData("-m tos --tos 0x39/0x0f", MatchResult.Miss)]
    [InlineData("-m ecn ! --ecn-ip-ect 1", MatchResult.Miss)]
    public void The_traffic_class(string rule, MatchResult expected)
    {
        byte[] v4 = (IPv4Header.Between("192.0.2.1", "192.0.2.2") with { TypeOfService = 0xb9 }).Carry(new UdpDatagram(1, 2));
        byte[] v6 = (IPv6Header.Between("2001:db8::1", "2001:db8::2") with { TrafficClass = 0xb9 }).Carry(new UdpDatagram(1, 2));
        Assert.Equal(expected, MatchOf(rule, FamilySet.IPv4).Evaluate(new Packet(Family.IPv4, Hook.LocalIn, v4)));
        Assert.Equal(expected, MatchOf(rule, FamilySet.IPv6).Evaluate(new Packet(Family.IPv6, Hook.LocalIn, v6)));
    }

    [Theory]
    [InlineData("-m ah", 52, MatchResult.Match)]
    [InlineData("-m ah --ahlen 12", 52, MatchResult.Match)]
    [InlineData("-m ah ! --ahlen 12 --ahspi 0", 52, MatchResult.Miss)]
    [InlineData("-m ah", 51, MatchResult.Invalid)]
    public void Ah_of_IPv6(string rule, int length, MatchResult expected)
    {
        byte[] packet = (IPv6Header.Between("2001:db8::1", "2001:db8::2") with { Extensions = [new AuthenticationExtension(0)] }).Carry(new UdpDatagram(1, 2));
        Assert.Equal(expected, MatchOf(rule, FamilySet.IPv6).Evaluate(new Packet(Family.IPv6, Hook.LocalIn, packet.AsSpan(0, length))));
    }

    private static void Check(string rule, MatchResult expected, Transport transport)
    {
        byte[] v4 = IPv4Header.Between("192.0.2.1", "192.0.2.2").Carry(transport);
        byte[] v6 = IPv6Header.Between("2001:db8::1", "2001:db8::2").Carry(transport);
        Assert.Equal(expected, MatchOf(rule, FamilySet.IPv4).Evaluate(new Packet(Family.IPv4, Hook.LocalIn, v4)));
        Assert.Equal(expected, MatchOf(rule, FamilySet.IPv6).Evaluate(new Packet(Family.IPv6, Hook.LocalIn, v6)));
        byte[] fragment = (IPv4Header.Between("192.0.2.1", "192.0.2.2") with { FragmentOffset = 4 }).Carry(new RawTransport(transport.Protocol));
        MatchResult later = rule.Contains("tcpmss", StringComparison.Ordinal) ? MatchResult.Invalid : MatchResult.Miss;
        Assert.Equal(later, MatchOf(rule, FamilySet.IPv4).Evaluate(new Packet(Family.IPv4, Hook.LocalIn, fragment)));
    }

    private static SctpPacket Sctp(params byte[][] chunks) => new(1, 2) { Payload = [.. chunks.SelectMany(chunk => chunk)] };

    private static Match MatchOf(string rule, FamilySet families) =>
        Reading.Good("-A INPUT " + rule, families).Find("INPUT")!.Rules.Single().Matches.Single();
}
