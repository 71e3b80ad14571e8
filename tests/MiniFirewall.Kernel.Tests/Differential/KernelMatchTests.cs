using System.Net;
using System.Net.Sockets;
using System.Text;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Kernel.Tests.Handing;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Testing;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>
/// Matches that the kernel's own modules answer in front of the rules, and marks that they compute there, beside the kernel's own iptables: what holds sets a bit of the packet's
/// mark, which is seen behind.
/// </summary>
public sealed class KernelMatchTests : IDisposable
{
    private const string Client = "198.51.100.1", Server = "203.0.113.9", Client6 = "2001:db8:1::1", Server6 = "2001:db8:2::9";

    /// <summary>NFULNL_COPY_NONE.</summary>
    private const byte CopyNothing = 0;

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);

    private readonly ChangeTwins _twins = new(["eth0", "eth1"]);
    private readonly List<IDisposable> _sockets = [];

    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _twins.Dispose();
    }

    /// <summary>In a list that is straight code, and in one that is searched.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public void Sockets_are_found_as_by_iptables(int others)
    {
        _twins.Execute("ip", "addr", "add", Server + "/32", "dev", "lo");
        _twins.Execute("ip", "addr", "add", Server6 + "/128", "dev", "lo", "nodad");

        _twins.Run(OpenSockets);
        Load("INPUT", """
            -A C -m socket -j MARK --or-mark 0x1
            -A C -m socket --nowildcard -j MARK --or-mark 0x2
            -A C -p udp -m socket --transparent -j MARK --or-mark 0x4
            -A C -p tcp --dport 80 -m socket --nowildcard -j MARK --or-mark 0x8
            -A C -p udp --dport 2003 -m socket --nowildcard -j DROP
            """, others);
        string seen = "";
        foreach (Family family in Scenario.Families)
        {
            foreach (Transport transport in (Transport[])
                [new UdpDatagram(1000, 2000), new UdpDatagram(1000, 2001), new UdpDatagram(1000, 2002), new UdpDatagram(1000, 2003), new UdpDatagram(1000, 2004), new TcpSegment(1000, 80), new TcpSegment(1000, 81)])
            {
                seen = _twins.Compare(Incoming(family, transport));
            }
        }

        // A socket for any address is found with --nowildcard only.
        Assert.Equal((4, 8, 2, 2), (Marked(seen, 0), Marked(seen, 1), Marked(seen, 2), Marked(seen, 3)));
    }

    [Fact]
    public void What_a_helper_has_announced_is_known_as_to_iptables()
    {
        _twins.Execute("iptables-legacy", "-t", "raw", "-A", "PREROUTING", "-p", "tcp", "--dport", "21", "-j", "CT", "--helper", "ftp");
        Load("FORWARD", """
            -A C -m helper --helper ftp -j MARK --or-mark 0x1
            -A C -m helper ! --helper ftp -j MARK --or-mark 0x2
            -A C -m helper --helper sip -j MARK --or-mark 0x4
            """);
        string greeting = "220 hello\r\n", place = "227 Entering Passive Mode (203,0,113,9,7,208).\r\n";
        Forwarded(fromClient: true, new TcpSegment(1000, 21) { Sequence = 1000 });
        Forwarded(fromClient: false, new TcpSegment(21, 1000) { Sequence = 5000, Acknowledgement = 1001, Flags = TcpFlags.Syn | TcpFlags.Ack });
        Forwarded(fromClient: true, new TcpSegment(1000, 21) { Sequence = 1001, Acknowledgement = 5001, Flags = TcpFlags.Ack });
        Forwarded(fromClient: false, new TcpSegment(21, 1000) { Sequence = 5001, Acknowledgement = 1001, Flags = TcpFlags.Ack, Payload = [.. Encoding.ASCII.GetBytes(greeting)] });
        Forwarded(fromClient: false, new TcpSegment(21, 1000) { Sequence = 5001 + (uint)greeting.Length, Acknowledgement = 1001, Flags = TcpFlags.Ack, Payload = [.. Encoding.ASCII.GetBytes(place)] });
        Assert.Equal(0, Marked(Forwarded(fromClient: true, new TcpSegment(1000, 2001)), 0));
        string seen = Forwarded(fromClient: true, new TcpSegment(1001, 2000));
        Assert.Equal((1, 6, 0), (Marked(seen, 0), Marked(seen, 1), Marked(seen, 2)));
    }

    [Fact]
    public void Systems_are_guessed_as_by_iptables()
    {
        using var systems = new KnownSystems("12345:64:0:40:.:minifwtest:1:a:a system of nobody's");
        Load("FORWARD", """
            -4 -A C -p tcp -m osf --genre minifwtest -j MARK --or-mark 0x1
            -4 -A C -p tcp -m osf ! --genre minifwtest -j MARK --or-mark 0x2
            -4 -A C -p tcp -m osf --genre minifwtest --ttl 2 -j MARK --or-mark 0x4
            """);
        Forwarded(fromClient: true, new TcpSegment(1000, 80) { Window = 12345 });
        Forwarded(fromClient: true, new TcpSegment(1000, 80) { Window = 12346 });
        Forwarded(fromClient: true, new UdpDatagram(1000, 80));
        string seen = Forwarded(fromClient: true, new TcpSegment(1000, 80) { Window = 12345, Flags = TcpFlags.Ack });
        Assert.Equal((1, 1), (Marked(seen, 0), Marked(seen, 2)));
    }

    /// <summary>With --log the kernel does not care about the name. What it writes goes to the readers of group 0; ours after the rules, in no order.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public void Systems_are_written_of_as_by_iptables(int others)
    {
        using var systems = new KnownSystems("12345:64:0:40:.:minifwtest:1:a:a system of nobody's", "12346:64:0:40:.:minifwother:2:b:another one");
        List<NetlinkGroup> groups = [];
        _twins.Run(() =>
        {
            // The reader comes first: with it comes the module that the kernel is to write by.
            groups.Add(new NetlinkGroup(0, CopyNothing, 0));
            File.WriteAllText("/proc/sys/net/netfilter/nf_log/2", "nfnetlink_log");
        });
        _sockets.AddRange(groups);
        Load("FORWARD", """
            -4 -A C -p tcp -m osf --genre minifwtest --log 0 -j MARK --or-mark 0x1
            -4 -A C -p tcp --dport 81 -m osf ! --genre minifwother --ttl 2 --log 1 -j MARK --or-mark 0x2
            -4 -A C -p tcp -m osf --genre nobody --ttl 1 --log 2 -m tcp --dport 82 -j DROP
            -4 -A C -p tcp -m osf --genre minifwother -j MARK --or-mark 0x4
            """, others);
        int written = 0;
        foreach (ushort window in (ushort[])[12345, 12346, 12347])
        {
            foreach (ushort port in (ushort[])[80, 81, 82])
            {
                Compare(new TcpSegment(1000, port) { Window = window });
            }
        }

        Compare(new TcpSegment(1000, 80) { Window = 12345, Flags = TcpFlags.Ack });
        Compare(new UdpDatagram(1000, 82));
        Assert.Equal(21, written);

        void Compare(Transport transport)
        {
            Forwarded(fromClient: true, transport);
            string[][] said = [.. groups.Select(group => group.ReadAll(s_patience).Select(PrefixOf).Order(StringComparer.Ordinal).ToArray())];
            Assert.Equal(said[0], said[1]);
            written += said[0].Length;
        }
    }

    /// <summary>The text before a packet (NFULA_PREFIX).</summary>
    private static string PrefixOf(string packet) =>
        Encoding.ASCII.GetString(Convert.FromHexString(packet.Split(' ').Single(part => part.StartsWith("10=", StringComparison.Ordinal))["10=".Length..]));

    /// <summary>The address of a whole subnet is any router's of it (RFC 4291 §2.6.1).</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public void Routes_of_IPv6_are_looked_up_as_by_iptables(int others)
    {
        const string Anycast = "2001:db8:3::", Unreachable = "2001:db8:dead::1";
        foreach (string route in (string[])[$"{Anycast}/64 dev eth1", "unreachable 2001:db8:dead::/48", "2001:db8:1::/64 dev eth0", $"local {Server6} dev eth0"])
        {
            _twins.Execute("ip", ["-6", "route", "add", "table", "100", .. route.Split(' ')]);
        }

        _twins.Execute("ip", "-6", "rule", "add", "pref", "0", "iif", "lo", "lookup", "100");
        _twins.Execute("ip", "-6", "addr", "add", Server6 + "/128", "dev", "eth0", "nodad");
        Load("INPUT", """
            -6 -A C -m addrtype --src-type UNREACHABLE -j MARK --or-mark 0x1
            -6 -A C -m addrtype ! --src-type UNREACHABLE -j MARK --or-mark 0x2
            -6 -A C -m addrtype --src-type ANYCAST -j MARK --or-mark 0x4
            -6 -A C -m addrtype ! --src-type ANYCAST ! --dst-type ANYCAST -j MARK --or-mark 0x8
            -6 -A C -m addrtype --dst-type LOCAL --limit-iface-in -j MARK --or-mark 0x10
            -6 -A C -m addrtype ! --src-type ANYCAST --dst-type LOCAL --limit-iface-in -j MARK --or-mark 0x20
            -6 -A C -m addrtype --src-type UNICAST,UNREACHABLE --dst-type LOCAL -j MARK --or-mark 0x40
            -6 -A C -m addrtype --src-type UNREACHABLE --dst-type LOCAL --limit-iface-in -j DROP
            """, others);
        string seen = "";
        foreach (string source in (string[])[Client6, Unreachable, Anycast])
        {
            foreach (string destination in (string[])[Server6, "2001:db8:2::98"])
            {
                seen = _twins.Compare(new(Family.IPv6, Hook.LocalIn, IPv6Header.Between(source, destination).Carry(new UdpDatagram(1000, 2000))) { InInterface = "eth0" });
            }
        }

        Assert.All(Enumerable.Range(0, 7), bit => Assert.True(Marked(seen, bit) > 0, $"bit {bit}: {seen}"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public void Hashes_are_marks_as_by_iptables(int others)
    {
        Load("FORWARD", """
            -A C -j MARK --set-mark 0x50000000
            -A C -p udp --dport 2000 -j HMARK --hmark-tuple src,dst,sport,dport,proto --hmark-mod 0xffff --hmark-rnd 0xfeedcafe --hmark-offset 0x10000
            -A C -p udp --dport 2000 -m mark --mark 0x10000/0x10000 -j MARK --or-mark 0x20000000
            -A C -p udp -m mark --mark 0x1/0x1 -j DROP
            -A C -p tcp -j HMARK --hmark-src-prefix 20 --hmark-dport-mask 0xff00 --hmark-mod 0x7ffffff --hmark-rnd 7
            -A C -p tcp -m mark ! --mark 0x50000000 -j MARK --or-mark 0x8000000
            -A C -p esp -j HMARK --hmark-tuple spi,src --hmark-mod 1000000 --hmark-rnd 3
            -4 -A C -p icmp -j HMARK --hmark-tuple src,dst,sport,dport --hmark-mod 1000000 --hmark-rnd 4
            -6 -A C -p icmpv6 -j HMARK --hmark-tuple src,dst,sport,dport --hmark-mod 1000000 --hmark-rnd 4
            -A C -p udp --dport 2001 -j HMARK --hmark-tuple ct,src,dst,sport,dport --hmark-mod 1000000 --hmark-rnd 5
            """, others);
        string seen = "";
        foreach (Family family in Scenario.Families)
        {
            var about = new UdpDatagram(2000, 1000);
            Transport error = family == Family.IPv4
                ? new IcmpMessage(3, 1) { Payload = [.. IPv4Header.Between(Server, Client).Carry(about)] }
                : new Icmpv6Message(1, 3) { Payload = [.. IPv6Header.Between(Server6, Client6).Carry(about)] };
            foreach (Transport transport in (Transport[])
                [
                    .. Enumerable.Range(1000, 8).Select(port => new UdpDatagram((ushort)port, 2000)), new UdpDatagram(1000, 2001), new UdpDatagram(1000, 2002),
                    new TcpSegment(1000, 80), new TcpSegment(1000, 81), new TcpSegment(1000, 8080), new EspPacket(0x11223344, 1), new EspPacket(0x11223345, 1), error,
                    new RawTransport(89) { Payload = [1, 2, 3, 4] },
                ])
            {
                seen = _twins.Compare(Between(family, transport));
            }
        }

        Assert.True(Marked(seen, 29) > 0 && Marked(seen, 27) > 0, seen);
    }

    /// <summary>A connection's hash is that of its first packet's ends, where the kernel tracks it; else the mark stays.</summary>
    [Fact]
    public void Hashes_of_connections_are_marks_as_by_iptables()
    {
        const string Rules = "-A C -j MARK --set-mark 0x50000000\n-A C -j HMARK --hmark-tuple ct,src,dst,sport,dport --hmark-mod 1000000 --hmark-rnd 5";
        Load("FORWARD", Rules);
        Forwarded(fromClient: true, new UdpDatagram(1000, 2000));
        _twins.Execute("iptables-legacy", "-t", "raw", "-A", "PREROUTING", "-p", "tcp", "--dport", "21", "-j", "CT", "--helper", "ftp");
        Forwarded(fromClient: true, new UdpDatagram(1000, 2000));
        Forwarded(fromClient: false, new UdpDatagram(2000, 1000));
        string seen = Forwarded(fromClient: true, new UdpDatagram(1001, 2000));
        Assert.Equal(1, Marked(seen, 30));
    }

    private void OpenSockets()
    {
        foreach (AddressFamily family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            IPAddress any = family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, one = IPAddress.Parse(family == AddressFamily.InterNetwork ? Server : Server6);
            Open(family, SocketType.Dgram, new(any, 2000));
            Open(family, SocketType.Dgram, new(one, 2001));
            Open(family, SocketType.Dgram, new(any, 2003));
            Open(family, SocketType.Dgram, new(one, 2004), isTransparent: true);
            Open(family, SocketType.Stream, new(any, 80)).Listen();
        }
    }

    private Socket Open(AddressFamily family, SocketType type, IPEndPoint place, bool isTransparent = false)
    {
        // include/uapi/linux/in.h, IP_TRANSPARENT; in6.h, IPV6_TRANSPARENT
        const int Transparent = 19, Transparent6 = 75;
        var socket = new Socket(family, type, ProtocolType.Unspecified);
        _sockets.Add(socket);
        if (family == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = false;
        }

        if (isTransparent)
        {
            bool isOld = family == AddressFamily.InterNetwork;
            socket.SetRawSocketOption(isOld ? 0 : 41, isOld ? Transparent : Transparent6, BitConverter.GetBytes(1));
        }

        socket.Bind(place);
        return socket;
    }

    private void Load(string chain, string rules, int others = 0)
    {
        string more = string.Concat(Enumerable.Range(1, others).Select(port => $"-A C -p udp --dport {port} -j ACCEPT\n"));
        string text = $"*filter\n:C - [0:0]\n-A {chain} -j C\n{more}{rules}\nCOMMIT\n";
        _twins.LoadOrSkip(new RuleTexts(text, Scenario.Families.ToDictionary(family => family, _ => text)));
    }

    private string Forwarded(bool fromClient, Transport transport) => _twins.Compare(Between(Family.IPv4, transport, fromClient));

    private static Packet Between(Family family, Transport transport, bool fromClient = true)
    {
        byte[] bytes = family == Family.IPv4
            ? IPv4Header.Between(fromClient ? Client : Server, fromClient ? Server : Client).Carry(transport)
            : IPv6Header.Between(fromClient ? Client6 : Server6, fromClient ? Server6 : Client6).Carry(transport);
        return new(family, Hook.Forward, bytes) { InInterface = fromClient ? "eth0" : "eth1", OutInterface = fromClient ? "eth1" : "eth0" };
    }

    private static Packet Incoming(Family family, Transport transport) => new(family, Hook.LocalIn, family == Family.IPv4
        ? IPv4Header.Between(Client, Server).Carry(transport)
        : IPv6Header.Between(Client6, Server6).Carry(transport))
    {
        InInterface = "eth0",
    };

    private static int Marked(string seen, int bit) => PacketWatch.Marked(seen, bit);
}
