using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>How many connections an address has, packet by packet beside the kernel's own count.</summary>
public sealed class ConnectionLimitTests
{
    /// <summary>Within one tick of its clock (4 ms) the kernel counts a connection as often as packets of it come.</summary>
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(12);

    private static string[] Rules(Family family) =>
    [
        "-A FORWARD -m connlimit --connlimit-above 2",
        "-A FORWARD -m connlimit --connlimit-upto 2 --connlimit-daddr",
        $"-A FORWARD -m connlimit --connlimit-above 3 --connlimit-mask {(family == Family.IPv4 ? 24 : 64)}",
        "-A FORWARD -p tcp -m connlimit --connlimit-above 0 --connlimit-mask 8 --connlimit-daddr",
        "-A FORWARD -p tcp -m connlimit --connlimit-upto 1",
        "-A FORWARD -m connlimit --connlimit-upto 4294967295",
        "-A FORWARD -m connlimit --connlimit-above 4294967295",
        "-A FORWARD -p udp -m connlimit --connlimit-above 12",
        "-A FORWARD -p tcp --tcp-flags SYN NONE -m connlimit --connlimit-above 1",
        "-A FORWARD -i eth0 -p tcp --syn -m connlimit --connlimit-above 3 -j DROP",
        "-A FORWARD -p udp -m udp --dport 9 -m state --state NEW -j DROP",
    ];

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Living_connections_count(Family family)
    {
        using var twins = new TwinRouters([family], Rules(family));
        PacketScript[] clients = [.. Enumerable.Range(0, 16).Select(i => new PacketScript(family, (ushort)(30_000 + i)))];
        string before = "";
        for (int i = 0; i < 5; i++)
        {
            Judge(i, "> tcp S seq 100");
            Judge(i, "< tcp SA seq 500 ack 101");
            Judge(i, "> tcp A seq 101 ack 501");
        }

        for (int i = 5; i < 12; i++)
        {
            Judge(i, "> udp");
            Judge(i, "> udp");
        }

        Judge(5, "< udp");
        Judge(13, "> icmp " + (family == Family.IPv4 ? 8 : 128));
        Judge(12, "> udp port 9");
        Judge(14, "> udp");
        Judge(14, "> tcp - seq 5");
        Judge(15, "> udp");

        void Judge(int client, string line)
        {
            before += $"\n    {client} {line}";
            Thread.Sleep(s_tick);
            twins.Judge(clients[client].Read(line)!, before);
        }
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Ended_connections_do_not_count(Family family)
    {
        using var twins = new TwinRouters([family], Rules(family));
        PacketScript[] clients = [.. Enumerable.Range(0, 8).Select(i => new PacketScript(family, (ushort)(31_000 + i)))];
        string before = "";
        Judge(7, "> udp");
        for (int i = 0; i < 4; i++)
        {
            Judge(i, "> tcp S seq 100");
            Judge(i, "< tcp SA seq 500 ack 101");
            Judge(i, "> tcp A seq 101 ack 501");
        }

        Judge(4, "> tcp S seq 100");
        Judge(0, "> tcp R seq 101");
        Judge(4, "> tcp S seq 100");
        Judge(4, "< tcp SA seq 500 ack 101");
        Judge(5, "> tcp S seq 100");
        Judge(1, "> tcp FA seq 101 ack 501");
        Judge(1, "< tcp FA seq 501 ack 102");
        Judge(1, "> tcp A seq 102 ack 502");
        Judge(5, "> tcp S seq 100");
        Judge(6, "> tcp S seq 100");

        void Judge(int client, string line)
        {
            before += $"\n    {client} {line}";
            Thread.Sleep(s_tick);
            twins.Judge(clients[client].Read(line)!, before);
        }
    }
}
