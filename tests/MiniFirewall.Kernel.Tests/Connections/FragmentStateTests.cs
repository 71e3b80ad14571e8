using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Fragments where rules ask for state, beside nf_conntrack: what the kernel puts together counts once, as a whole; what it cannot, never.</summary>
public sealed class FragmentStateTests
{
    private const ushort Client = 5000, Server = 9000;

    /// <summary>Fragments of ten units of eight bytes: where each begins and how many it has.</summary>
    private static readonly (string Name, (int Start, int Units)[] Parts, bool IsWhole)[] s_ways =
    [
        ("in order", [(0, 4), (4, 4), (8, 2)], true),
        ("backwards", [(8, 2), (4, 4), (0, 4)], true),
        ("the middle twice", [(0, 4), (4, 4), (4, 4), (8, 2)], true),
        ("the first has but eight bytes", [(0, 1), (1, 9)], true),
        ("without a first", [(4, 4), (8, 2)], false),
        ("without a middle", [(0, 4), (8, 2)], false),
        ("without a last", [(0, 4), (4, 4)], false),
        ("overlapping", [(0, 6), (4, 4), (8, 2)], false),
    ];

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Fragments_count_as_by_the_kernel(Family family)
    {
        using var twins = new TwinRouters();

        // Else a slow test would find an association that has ended.
        twins.Set("sctp_timeout_closed", 300);
        twins.Set("sctp_timeout_cookie_wait", 300);
        ushort port = Client;
        uint number = 0;
        foreach ((string name, (int Start, int Units)[] parts, bool isWhole) in s_ways)
        {
            foreach (byte protocol in (byte[])[IpProtocol.Udp, IpProtocol.Tcp, IpProtocol.Sctp])
            {
                port++;
                for (int packet = 0; packet < 3; packet++)
                {
                    bool isBack = packet == 1;
                    Transport transport = protocol switch { IpProtocol.Udp => Udp(port, isBack), IpProtocol.Tcp => Tcp(port, packet), _ => Sctp(port, packet) };
                    number++;
                    int counted = 0;
                    foreach ((int start, int units) in parts)
                    {
                        string about = $"{name}, {IpProtocol.NameOf(protocol)}, packet {packet}, from {start} on";
                        counted += twins.JudgeHits(Fragment(family, transport, start, units, isBack, number), about).Count > 0 ? 1 : 0;
                    }

                    Assert.Equal(isWhole ? 1 : 0, counted);
                }
            }
        }
    }

    private static UdpDatagram Udp(ushort client, bool isBack) =>
        new(isBack ? Server : client, isBack ? client : Server) { Payload = [.. new byte[72]] };

    /// <summary>SYN, SYN/ACK and ACK, with data.</summary>
    private static TcpSegment Tcp(ushort client, int packet) => new(packet == 1 ? Server : client, packet == 1 ? client : Server)
    {
        Flags = packet switch { 0 => TcpFlags.Syn, 1 => TcpFlags.Syn | TcpFlags.Ack, _ => TcpFlags.Ack },
        Sequence = packet switch { 0 => 100u, 1 => 500, _ => 161 },
        Acknowledgement = packet switch { 0 => 0u, 1 => 161, _ => 561 },
        Window = 1000,
        Payload = [.. new byte[60]],
    };

    /// <summary>INIT, INIT ACK and COOKIE ECHO, one chunk each of all the packet.</summary>
    private static SctpPacket Sctp(ushort client, int packet)
    {
        (byte type, uint tag, byte told) = packet switch { 0 => ((byte)1, 0u, (byte)11), 1 => ((byte)2, 11u, (byte)22), _ => ((byte)10, 22u, (byte)0) };
        return new(packet == 1 ? Server : client, packet == 1 ? client : Server) { VerificationTag = tag, Payload = [type, 0, 0, 68, 0, 0, 0, told, .. new byte[60]] };
    }

    private static Packet Fragment(Family family, Transport whole, int start, int units, bool isBack, uint number)
    {
        var part = new FragmentSlice(whole, start, units * 8);
        bool isMore = start + units < 10;
        (string client, string server) = family == Family.IPv4 ? ("192.0.2.10", "198.51.100.20") : ("2001:db8:1::10", "2001:db8:2::20");
        (string from, string to) = isBack ? (server, client) : (client, server);
        byte[] bytes = family == Family.IPv4
            ? (IPv4Header.Between(from, to) with { Identification = (ushort)number, FragmentOffset = start, MoreFragments = isMore }).Carry(part)
            : (IPv6Header.Between(from, to) with { Extensions = [new FragmentExtension(start, isMore, number)] }).Carry(part);
        return new Packet(family, Hook.Forward, bytes) { InInterface = isBack ? "eth1" : "eth0", OutInterface = isBack ? "eth0" : "eth1" };
    }
}
