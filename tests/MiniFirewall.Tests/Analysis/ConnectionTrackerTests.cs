using MiniFirewall.Analysis.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using Xunit;

namespace MiniFirewall.Tests.Analysis;

/// <summary>What packets are to their connections, as a reader of the rules would expect it; the kernel is asked elsewhere.</summary>
public sealed class ConnectionTrackerTests
{
    private const string Client = "192.0.2.1", Server = "198.51.100.2", Router = "203.0.113.1";

    private readonly TrackingSettings _settings = new();
    private readonly ConnectionTracker _tracker;
    private ulong _ticks = 1000;

    public ConnectionTrackerTests() => _tracker = new(_settings);

    [Fact]
    public void A_connection_of_tcp_opens_and_closes()
    {
        Assert.Equal("New Original", There(TcpFlags.Syn, 100));
        Assert.Equal("Established Reply", Back(TcpFlags.Syn | TcpFlags.Ack, 500, 101));
        Assert.Equal("Established Original", There(TcpFlags.Ack, 101, 501));
        Assert.Equal("Invalid None", Back(TcpFlags.Ack, 501, 9000));
        Assert.Equal("Invalid None", There(TcpFlags.Syn | TcpFlags.Fin, 101));
        Assert.Equal("Established Original", There(TcpFlags.Fin | TcpFlags.Ack, 101, 501));
        Assert.Equal("Established Reply", Back(TcpFlags.Fin | TcpFlags.Ack, 501, 102));
        Assert.Equal("Established Original", There(TcpFlags.Ack, 102, 502));
        Pass(seconds: 121);
        Assert.Equal("New Original", There(TcpFlags.Syn, 900));
    }

    [Fact]
    public void What_does_not_pass_begins_nothing()
    {
        Assert.Equal("New Original", State(Packet(Client, Server, new UdpDatagram(5, 53)), passes: false));
        Assert.Equal("New Original", State(Packet(Server, Client, new UdpDatagram(53, 5))));
        Assert.Equal("Established Reply", State(Packet(Client, Server, new UdpDatagram(5, 53))));
    }

    [Fact]
    public void Segments_in_the_middle_are_picked_up_unless_that_is_set_off()
    {
        Assert.Equal("New Original", There(TcpFlags.Ack, 70_000, 5));
        _settings.Set(new(ConnectionSetting.Find("tcp_loose")!, 0));
        Assert.Equal("Invalid None", State(Packet(Client, Server, new TcpSegment(6, 80) { Flags = TcpFlags.Ack })));
    }

    [Fact]
    public void Errors_belong_to_the_connection_whose_packet_they_quote()
    {
        Packet sent = Packet(Client, Server, new UdpDatagram(5, 53));
        Assert.Equal("New Original", State(sent));
        Assert.Equal("Related Reply", State(Packet(Router, Client, new IcmpMessage(3, 1) { Payload = [.. sent.Bytes] })));
        Assert.Equal("Invalid None", State(Packet(Router, Server, new IcmpMessage(3, 1) { Payload = [.. sent.Bytes] })));
        Assert.Equal("Invalid None", State(Packet(Router, Client, new IcmpMessage(3, 1) { Payload = [.. Packet(Client, Server, new UdpDatagram(6, 53)).Bytes] })));
        Assert.Equal("Invalid None", State(Packet(Router, Client, new IcmpMessage(3, 1) { Payload = [.. sent.Bytes[..22]] })));
    }

    [Fact]
    public void Queries_are_answered_by_their_own_kind()
    {
        Assert.Equal("New Original", State(Packet(Client, Server, new IcmpMessage(8, 0) { Rest = 7 << 16 })));
        Assert.Equal("Established Reply", State(Packet(Server, Client, new IcmpMessage(0, 0) { Rest = 7 << 16 })));
        Assert.Equal("Invalid None", State(Packet(Server, Client, new IcmpMessage(0, 0) { Rest = 8 << 16 })));
        Assert.Equal("Invalid None", State(Packet(Server, Client, new IcmpMessage(14, 0) { Rest = 7 << 16 })));
    }

    [Fact]
    public void Neighbours_are_no_connections()
    {
        byte[] bytes = IPv6Header.Between("2001:db8::1", "2001:db8::2").Carry(new Icmpv6Message(135, 0));
        Assert.Equal("Untracked None", State(new Packet(Family.IPv6, Hook.Forward, bytes)));
    }

    [Fact]
    public void What_it_knows_nothing_of_is_said()
    {
        Assert.True(ConnectionTracker.Knows(Packet(Client, Server, new UdpDatagram(1, 2))));
        Assert.False(ConnectionTracker.Knows(Packet(Client, Server, new RawTransport(IpProtocol.Gre) { Payload = [0x30, 0x01, 0x88, 0x0b] })));
        Assert.True(ConnectionTracker.Knows(Packet(Client, Server, new RawTransport(IpProtocol.Gre) { Payload = [0x30, 0x00, 0x08, 0x00] })));
    }

    private void Pass(ulong seconds) => _ticks += seconds * KernelClock.UsualHertz;

    private string There(TcpFlags flags, uint sequence, uint acknowledgement = 0) => State(Packet(Client, Server, Segment(5, 80, flags, sequence, acknowledgement)));

    private string Back(TcpFlags flags, uint sequence, uint acknowledgement) => State(Packet(Server, Client, Segment(80, 5, flags, sequence, acknowledgement)));

    private static TcpSegment Segment(ushort from, ushort to, TcpFlags flags, uint sequence, uint acknowledgement) =>
        new(from, to) { Flags = flags, Sequence = sequence, Acknowledgement = acknowledgement, Window = 1000 };

    private string State(Packet packet, bool passes = true)
    {
        Packet tracked = _tracker.Track(packet.At(new(_ticks, KernelClock.UsualHertz)));
        if (passes)
        {
            _tracker.Confirm(tracked);
        }

        return $"{tracked.ConnectionState} {tracked.ConnectionDirection}";
    }

    private static Packet Packet(string from, string to, Transport transport) => new(Family.IPv4, Hook.Forward, IPv4Header.Between(from, to).Carry(transport));
}
