using System.Collections.Concurrent;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Testing;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Tests.Testing;

public sealed class PacketGenTests
{
    private const string Rules = "-A INPUT -i eth0 -p tcp -s 10.0.3.1 --dport 22\n-A INPUT -p tcp --tcp-option 3 -s 2001:db8::1\n-A INPUT -m length --length 576 -m mark --mark 9";

    private static readonly Gen<Packet> Anything = PacketGen.For(RuleEdges.Of(Rules), PacketGenOptions.Anything);
    private static readonly Gen<Packet> OnTheWire = PacketGen.For(RuleEdges.Of(Rules), PacketGenOptions.OnTheWire);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_shape_of_packet_comes_up(bool realizable)
    {
        var seen = new ConcurrentDictionary<string, int>();
        (realizable ? OnTheWire : Anything).Sample(packet => Shapes(packet).ToList().ForEach(s => seen.AddOrUpdate(s, 1, (_, n) => n + 1)), iter: 40000);

        string[] wanted = realizable ? [.. ShapesOnTheWire] : [.. ShapesOnTheWire, .. OtherShapes];
        Assert.Empty(wanted.Where(s => seen.GetValueOrDefault(s) < 5).Select(s => $"{s}: {seen.GetValueOrDefault(s)}"));
        Assert.False(realizable && OtherShapes.Any(seen.ContainsKey));
    }

    [Fact]
    public void A_packet_for_the_wire_is_one_that_ip_rcv_and_ipv6_rcv_accept()
    {
        OnTheWire.Sample(
            packet => Assert.True(packet.Family == Family.IPv4 ? ArrivesV4(packet) : ArrivesV6(packet), FailingCase.Print(packet)),
            iter: 20000);
    }

    [Fact]
    public void Every_packet_is_long_enough_for_a_test_run_and_short_enough()
    {
        Anything.Sample(packet => packet.HeaderIsWhole && packet.Bytes.Length <= 3000 && packet.Bytes[0] >> 4 == (packet.Family == Family.IPv4 ? 4 : 6), iter: 10000);
    }

    [Fact]
    public void Interfaces_and_marks_are_those_asked_for()
    {
        PacketGenOptions options = PacketGenOptions.Anything with { InterfacePairs = [("", "lo")], Marked = false };
        PacketGen.For(RuleEdges.Of(Rules), options).Sample(p => p.InInterface.Length == 0 && p.OutInterface == "lo" && p.Mark == 0);
        Anything.Sample(p => (p.InInterface.Length > 0) == (p.Hook != Hook.LocalOut) && (p.OutInterface.Length > 0) == (p.Hook != Hook.LocalIn));
    }

    private static readonly string[] ShapesOnTheWire =
    [
        "tcp", "udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "esp", "proto 59", "options v4", "extensions", "frag 0", "frag 1", "frag 8 bytes",
        "frag later", "broken", "tcp options", "tcp data offset below 5", "tcp data offset beyond", "edge source v4", "edge source v6", "edge port", "edge length",
        .. Enumerable.Range(0, 21).Select(n => $"tcp cut at {n}"), .. Enumerable.Range(0, 9).Select(n => $"udp cut at {n}"),
    ];

    private static readonly string[] OtherShapes = ["false length", "header length below 5", "wrong checksum"];

    private static IEnumerable<string> Shapes(Packet packet)
    {
        TransportLocation transport = packet.Transport;
        ReadOnlySpan<byte> bytes = packet.Bytes;
        var shapes = new List<string> { transport.IsBroken ? "broken" : IpProtocol.NameOf(transport.Protocol) ?? $"proto {transport.Protocol}" };
        Add(packet.Family == Family.IPv4 && transport.Offset > 20, "options v4");
        Add(packet.Family == Family.IPv4 && transport.Offset < 20, "header length below 5");
        Add(packet.Family == Family.IPv6 && transport.Offset > 40, "extensions");
        Add(packet.DeclaredLength != bytes.Length, "false length");
        Add(packet.Family == Family.IPv4 && transport.Offset <= bytes.Length && InternetChecksum.Of(bytes[..transport.Offset]) != 0, "wrong checksum");
        Add(transport.FragmentOffset != 0, "frag later");
        Add(packet.Family == Family.IPv4 && transport.FragmentOffset == 1, "frag 1");
        Add(packet.Family == Family.IPv6 && transport.FragmentOffset == 8, "frag 8 bytes");
        Add(packet.Family == Family.IPv4 && transport.FragmentOffset == 0 && (bytes[6] & 0x20) != 0, "frag 0");
        Add(packet.Source == 0x0a000301, "edge source v4");
        Add(packet.Source == AddressText.Parse(Family.IPv6, "2001:db8::1"), "edge source v6");
        Add(bytes.Length == 576, "edge length");
        if (transport is { IsBroken: false, FragmentOffset: 0 })
        {
            shapes.AddRange(TransportShapes(transport.Protocol, packet.TransportBytes));
        }

        return shapes;

        void Add(bool holds, string shape)
        {
            if (holds)
            {
                shapes.Add(shape);
            }
        }
    }

    private static List<string> TransportShapes(byte protocol, ReadOnlySpan<byte> transport)
    {
        var shapes = new List<string>();
        if (protocol is IpProtocol.Tcp or IpProtocol.Udp)
        {
            shapes.Add($"{IpProtocol.NameOf(protocol)} cut at {transport.Length}");
        }

        if (transport.Length >= 4 && protocol == IpProtocol.Tcp && transport[2] == 0 && transport[3] == 22)
        {
            shapes.Add("edge port");
        }

        if (transport.Length >= 20 && protocol == IpProtocol.Tcp)
        {
            int header = (transport[12] >> 4) * 4;
            shapes.Add(header < 20 ? "tcp data offset below 5" : header > transport.Length ? "tcp data offset beyond" : header > 20 ? "tcp options" : "tcp plain");
        }

        return shapes;
    }

    /// <summary>The tests of ip_rcv_core (net/ipv4/ip_input.c) and of the routing of what comes from a wire.</summary>
    private static bool ArrivesV4(Packet packet)
    {
        ReadOnlySpan<byte> bytes = packet.Bytes;
        int header = (bytes[0] & 0x0f) * 4;
        byte source = bytes[12], destination = bytes[16];
        return header >= 20 && packet.DeclaredLength == bytes.Length && bytes.Length >= header && bytes.Length <= 1500
            && InternetChecksum.Of(bytes[..header]) == 0
            && bytes[20..header].ToArray().All(o => o is 0 or 1)
            && source is not (0 or 127 or >= 224) && destination is not (0 or 127 or >= 224)
            && (packet.Hook != Hook.Forward || packet.HopLimit > 1)
            && (packet.Hook != Hook.LocalIn || (bytes[6] & 0x3f) + bytes[7] == 0);
    }

    /// <summary>The tests of ip6_rcv_core (net/ipv6/ip6_input.c); a hop-by-hop header that comes first is read there.</summary>
    private static bool ArrivesV6(Packet packet)
    {
        ReadOnlySpan<byte> bytes = packet.Bytes;
        return packet.DeclaredLength == bytes.Length && bytes.Length <= 1500
            && Routed(bytes[8]) && Routed(bytes[24])
            && (packet.Hook != Hook.Forward || packet.HopLimit > 1)
            && (bytes[6] != 0 || bytes.Length >= 48 && bytes.Length >= 40 + (bytes[41] + 1) * 8);
    }

    private static bool Routed(byte first) => first >> 5 == 1 || first == 0xfd;
}
