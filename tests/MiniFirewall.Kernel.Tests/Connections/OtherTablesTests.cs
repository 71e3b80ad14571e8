using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>What rules of other tables say to the kernel's tracking holds for miniFirewall's: packets that are left out, helpers, and marks of connections.</summary>
public sealed class OtherTablesTests
{
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_packet_that_is_left_out_is_of_no_connection(Family family)
    {
        using var twins = new TwinRouters();
        (Way client, Way server) = Ends(family);
        twins.Judge(client.Udp(5001, 54), "a connection");
        twins.Judge(server.Udp(54, 5001), "its answer");
        twins.Judge(client.Tcp(5002, 80, TcpFlags.Syn, 100, 0), "SYN");
        twins.Judge(server.Tcp(80, 5002, TcpFlags.Syn | TcpFlags.Ack, 500, 101), "SYN/ACK");
        twins.Judge(client.Tcp(5002, 80, TcpFlags.Ack, 101, 501), "ACK");

        twins.RestoreBeside(family, "*raw\n-A PREROUTING -p udp --dport 53:54 -j CT --notrack\n-A PREROUTING -p tcp --dport 80 -j CT --notrack\nCOMMIT\n");
        twins.Judge(client.Udp(5000, 53), "a query");
        twins.Judge(server.Udp(53, 5000), "its answer, which is not left out");
        twins.Judge(client.Udp(5000, 53), "the query again, whose ends are in a table now");
        twins.Judge(client.Udp(5001, 54), "of the connection that was there before");
        twins.Judge(server.Udp(54, 5001), "the other way, which is not left out");
        twins.Judge(client.Tcp(5002, 80, TcpFlags.Ack, 101, 501), "of an open connection");
        twins.Judge(client.Tcp(5002, 80, TcpFlags.None, 101, 501), "without flags");
        twins.Judge(client.Tcp(5003, 80, TcpFlags.Syn, 100, 0), "SYN");
        twins.Judge(server.Tcp(80, 5003, TcpFlags.Syn | TcpFlags.Ack, 500, 101), "an answer to nothing that is known");
        twins.Judge(client.Of(new UdpDatagram(5000, 53) { Length = 3 }), "a wrong length");
        twins.Judge(client.Udp(5004, 55), "tracked");

        twins.RestoreBeside(family, "*raw\nCOMMIT\n");
        twins.Judge(client.Udp(5001, 54), "tracked again");
        twins.Judge(client.Tcp(5002, 80, TcpFlags.Ack, 101, 501), "of the open connection again");
        Assert.Equal([1, 2, 3, 5], twins.SeenStates);
    }

    [Fact]
    public void What_a_helper_has_announced_is_related()
    {
        using var twins = new TwinRouters([Family.IPv4],
        [
            "-A FORWARD -m conntrack --ctstate NEW",
            "-A FORWARD -m conntrack --ctstate ESTABLISHED",
            "-A FORWARD -m conntrack --ctstate RELATED",
            "-A FORWARD -m conntrack --ctstatus EXPECTED",
            "-A FORWARD -m conntrack ! --ctstatus EXPECTED,SEEN_REPLY",
            "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "-A FORWARD -p tcp -m tcp --dport 21 -m conntrack --ctstate NEW -j ACCEPT",
            "-A FORWARD -j DROP",
        ]);
        twins.RestoreBeside(Family.IPv4, "*raw\n-A PREROUTING -p tcp --dport 21 -j CT --helper ftp\nCOMMIT\n");
        (Way client, Way server) = Ends(Family.IPv4);
        string greeting = "220 hello\r\n", place = "227 Entering Passive Mode (198,51,100,20,7,208).\r\n";
        twins.Judge(client.Tcp(1000, 21, TcpFlags.Syn, 1000, 0), "SYN");
        twins.Judge(server.Tcp(21, 1000, TcpFlags.Syn | TcpFlags.Ack, 5000, 1001), "SYN/ACK");
        twins.Judge(client.Tcp(1000, 21, TcpFlags.Ack, 1001, 5001), "ACK");
        twins.Judge(server.Tcp(21, 1000, TcpFlags.Ack, 5001, 1001, greeting), "a greeting");
        twins.Judge(client.Tcp(1001, 2000, TcpFlags.Syn, 100, 0), "before it is announced");
        twins.Judge(server.Tcp(21, 1000, TcpFlags.Ack, 5001 + (uint)greeting.Length, 1001, place), "an announcement");
        twins.Judge(client.Tcp(1002, 2001, TcpFlags.Syn, 100, 0), "what is not announced");
        twins.Judge(client.Tcp(1001, 2000, TcpFlags.Syn, 200, 0), "what is announced");
        twins.Judge(client.Tcp(1001, 2000, TcpFlags.Syn, 200, 0), "once more");
        twins.Judge(server.Tcp(2000, 1001, TcpFlags.Syn | TcpFlags.Ack, 700, 201), "its answer");
        twins.Judge(client.Tcp(1001, 2000, TcpFlags.Ack, 201, 701), "open");
        Assert.Equal([1, 2, 3, 4, 5], twins.SeenStates);
    }

    /// <summary>Of UDP, which begins a connection without the function that asks the kernel, a server's data come from a port that it chooses (RFC 1350).</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Udp_that_a_helper_has_announced_is_related(Family family)
    {
        using var twins = new TwinRouters([family],
        [
            "-A FORWARD -m conntrack --ctstate NEW",
            "-A FORWARD -m conntrack --ctstate ESTABLISHED",
            "-A FORWARD -m conntrack --ctstate RELATED",
            "-A FORWARD -m conntrack --ctstatus EXPECTED",
            "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "-A FORWARD -p udp -m udp --dport 69 -m conntrack --ctstate NEW -j ACCEPT",
            "-A FORWARD -j DROP",
        ]);
        twins.RestoreBeside(family, "*raw\n-A PREROUTING -p udp --dport 69 -j CT --helper tftp\nCOMMIT\n");
        (Way client, Way server) = Ends(family);
        twins.Judge(server.Udp(3000, 5000), "before it is announced");
        twins.Judge(client.Udp(5000, 69, "\0\u0001file\0octet\0"), "a request");
        twins.Judge(server.Udp(3000, 5001), "what is not announced");
        twins.Judge(server.Udp(3000, 5000, "\0\u0003\0\u0001data"), "what is announced");
        twins.Judge(client.Udp(5000, 3000, "\0\u0004\0\u0001"), "its answer");
        twins.Judge(server.Udp(3000, 5000, "\0\u0003\0\u0002data"), "more of it");
        Assert.Equal([1, 2, 3, 4, 5], twins.SeenStates);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_connection_has_the_mark_that_another_table_gives_it(Family family)
    {
        using var twins = new TwinRouters([family],
        [
            "-A FORWARD -m connmark --mark 5",
            "-A FORWARD -m connmark ! --mark 5",
            "-A FORWARD -m connmark --mark 0",
            "-A FORWARD -m connmark --mark 4/4",
            "-A FORWARD -p udp -m udp --dport 54 -j CONNMARK --or-mark 0x10",
            "-A FORWARD -m connmark --mark 0x15",
            "-A FORWARD -j CONNMARK --restore-mark",
            "-A FORWARD -m mark --mark 5",
            "-A FORWARD -m mark --mark 0x15",
            "-A FORWARD -p udp -m udp --dport 56 -j CONNMARK --set-mark 9",
            "-A FORWARD -m connmark --mark 9 -j DROP",
        ]);
        twins.Execute("nft", ["-f", "-"], "table inet other {\nchain marks {\ntype filter hook prerouting priority mangle;\nudp dport 53-54 ct state new ct mark set 5\n}\n}\n");
        (Way client, Way server) = Ends(family);
        foreach (ushort port in (ushort[])[53, 54, 55, 56, 53, 54])
        {
            twins.Judge(client.Udp(5000, port), $"to port {port}");
            twins.Judge(server.Udp(port, 5000), $"back from port {port}");
            twins.Judge(client.Udp(5000, port), $"to port {port} again");
        }

        Assert.Equal([1, 2, 3, 4, 5], twins.SeenStates);
    }

    private static (Way Client, Way Server) Ends(Family family)
    {
        (string client, string server) = family == Family.IPv4 ? ("192.0.2.10", "198.51.100.20") : ("2001:db8:1::10", "2001:db8:2::20");
        return (new(family, client, server, "eth0", "eth1"), new(family, server, client, "eth1", "eth0"));
    }
}
