using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Sequences of packets with a name each; every one is of another connection.</summary>
internal static class Scripts
{
    private static readonly (string Name, string Script)[] s_both =
    [
        ("open, talk, close", """
            > tcp S seq 100 scale 7 permitted
            < tcp SA seq 500 ack 101 scale 7 permitted
            > tcp A seq 101 ack 501
            > tcp PA seq 101 ack 501 len 50 time
            < tcp A seq 501 ack 151 time
            < tcp PA seq 501 ack 151 len 900
            > tcp A seq 151 ack 1401
            > tcp FA seq 151 ack 1401
            < tcp A seq 1401 ack 152
            < tcp FA seq 1401 ack 152
            > tcp A seq 152 ack 1402
            > tcp S seq 9000
            < tcp SA seq 9500 ack 9001
            """),
        ("SYN again, SYN/ACK again", """
            > tcp S seq 100
            > tcp S seq 100
            < tcp SA seq 500 ack 101
            < tcp SA seq 500 ack 101
            > tcp S seq 100
            > tcp A seq 101 ack 501
            < tcp SA seq 500 ack 101
            """),
        ("both open at once", """
            > tcp S seq 100
            < tcp S seq 500
            > tcp SA seq 100 ack 501
            < tcp SA seq 500 ack 101
            > tcp A seq 101 ack 501
            < tcp A seq 501 ack 101
            """),
        ("a reset behind one's own SYN answers nothing", """
            > tcp S seq 70101
            < tcp S seq 1511 win 0
            < tcp R seq 501 ack 0
            < tcp SU seq 4294967290 ack 201 win 65535
            """),
        ("a reset behind one's own ignored SYN", """
            > tcp S seq 100
            < tcp SA seq 500 ack 101
            > tcp A seq 101 ack 501
            > tcp S seq 5000
            > tcp R seq 900000 ack 5001
            < tcp R seq 900000 ack 5001
            > tcp A seq 101 ack 501
            """),
        ("a reset behind one's own ACK", """
            > tcp S seq 100
            < tcp SA seq 500 ack 101
            < tcp A seq 501 ack 101
            < tcp R seq 900000 ack 501
            < tcp A seq 501 ack 101
            """),
        ("a reset against the other's SYN", """
            > tcp S seq 100
            < tcp S seq 500
            > tcp R seq 900000 ack 0
            < tcp A seq 501 ack 101
            """),
        ("picked up, then opened anew: the answering side stays liberal", """
            > tcp A seq 201 ack 501
            < tcp A seq 501 ack 201
            > tcp S seq 5000
            < tcp SA seq 511 ack 5001 time
            < tcp A seq 900000 ack 90000
            > tcp A seq 900000 ack 900000
            """),
        ("picked up, then opened anew: what SACK says counts no more", """
            > tcp A seq 201 ack 501
            > tcp S seq 5000
            < tcp SA seq 511 ack 5001
            > tcp A seq 5001 ack 512 sack 600-700
            < tcp FA seq 501 ack 1102
            """),
        ("SYN/ACK without SYN", """
            < tcp SA seq 500 ack 101
            > tcp R seq 101
            """),
        ("picked up in the middle", """
            > tcp A seq 5000 ack 7000 len 10
            < tcp A seq 7000 ack 5010
            > tcp A seq 5010 ack 7000 len 10
            < tcp A seq 900000 ack 5
            """),
        ("refused", """
            > tcp S seq 100
            < tcp RA seq 0 ack 101
            < tcp RA seq 0 ack 101
            > tcp S seq 200
            """),
        ("resets inside the window and outside", """
            > tcp S seq 100
            < tcp SA seq 500 ack 101
            > tcp A seq 101 ack 501
            < tcp A seq 501 ack 101 len 20
            < tcp R seq 90000
            < tcp R seq 3
            > tcp R seq 102
            > tcp R seq 101
            < tcp A seq 521 ack 101
            """),
        ("out of window", """
            > tcp S seq 100 win 100
            < tcp SA seq 500 ack 101 win 100
            > tcp A seq 101 ack 501 win 100
            > tcp A seq 300 ack 501 len 10 win 100
            > tcp A seq 199 ack 501 len 10 win 100
            > tcp A seq 4000000000 ack 501 len 10
            > tcp A seq 101 ack 4000
            < tcp A seq 501 ack 102
            < tcp A seq 501 ack 101 sack 105-109
            """),
        ("flags that nobody sends", """
            > tcp - seq 1
            > tcp SF seq 1
            > tcp SR seq 1
            > tcp FPU seq 1
            > tcp F seq 1
            > tcp SU seq 1
            > tcp U seq 1
            """),
        ("a SYN to an open connection, and its challenge", """
            > tcp S seq 100
            < tcp SA seq 500 ack 101
            > tcp A seq 101 ack 501
            > tcp S seq 7000 scale 5
            < tcp A seq 501 ack 101
            > tcp S seq 7000 scale 5
            < tcp SA seq 8000 ack 7001
            > tcp A seq 7001 ack 8001
            """),
        ("a dropped SYN leaves nothing", """
            > tcp S seq 100 port 9
            < tcp SA seq 500 ack 101 port 9
            > tcp S seq 100 port 9
            > udp port 9
            < udp port 9
            """),
        ("udp", """
            > udp
            > udp len 5
            < udp len 7
            > udp
            < udp
            """),
        ("other protocols", """
            > proto 50
            < proto 50
            > proto 50
            > proto 47
            < proto 47
            """),
    ];

    private static readonly (string Name, string Script)[] s_v4 =
    [
        ("ping", """
            > icmp 8
            > icmp 8
            < icmp 0
            > icmp 8
            < icmp 0 id 77
            < icmp 8
            > icmp 0
            """),
        ("other queries", """
            > icmp 13
            < icmp 14
            > icmp 17
            < icmp 18
            > icmp 15
            < icmp 16
            > icmp 9
            > icmp 10
            > icmp 30
            < icmp 0 1
            """),
        ("errors", """
            > udp
            < error 3 3
            < error 3 3 forged
            < error 3 3 astray
            < udp
            > error 3 1
            > error 11 0
            > error 4
            > error 12
            """),
        ("errors of tcp and ping", """
            > tcp S seq 100
            < error 3 1
            < error 11 forged
            > icmp 8
            < error 11
            < icmp 0
            > error 3 1
            """),
        ("an error of nothing", """
            > udp port 9
            < error 3 3
            """),
    ];

    private static readonly (string Name, string Script)[] s_v6 =
    [
        ("ping", """
            > icmp 128
            < icmp 129
            > icmp 128
            < icmp 129 id 77
            """),
        ("other messages", """
            > icmp 139
            < icmp 140
            > icmp 130
            > icmp 131
            > icmp 132
            > icmp 143
            > icmp 144
            > icmp 200
            """),
        ("errors", """
            > udp
            < error 1 4
            < error 1 4 forged
            < error 1 4 astray
            < udp
            > error 3
            > error 2
            > error 4
            > icmp 128
            < error 3
            """),
    ];

    internal static IEnumerable<(string Name, string Script)> For(Family family) => s_both.Concat(family == Family.IPv4 ? s_v4 : s_v6);
}
