using System.Net;
using System.Net.Sockets;
using MiniFirewall.Kernel.Tests.Support;
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
        RequireCountOfRemembered(family);
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
        RequireCountOfRemembered(family);
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

    /// <summary>Long lists, as fast as packets come, within ticks and beyond them: none of the connections has ended unseen then.</summary>
    /// <param name="other">A limit that nobody comes near: what there is room for.</param>
    [Theory]
    [InlineData(Family.IPv4, 100)]
    [InlineData(Family.IPv4, uint.MaxValue - 1)]
    [InlineData(Family.IPv6, 330)]
    [InlineData(Family.IPv6, 1_000_000)]
    public void Many_connections_count(Family family, uint other)
    {
        const int Clients = 325, Ended = 50, Further = 60;
        using var twins = new TwinRouters([family],
        [
            "-A FORWARD -p tcp --syn -m connlimit --connlimit-above 70 --connlimit-mask 8",
            "-A FORWARD -p tcp --syn -m connlimit --connlimit-upto 299 --connlimit-daddr",
            $"-A FORWARD -p tcp --syn -m connlimit --connlimit-above {other}",
            "-A FORWARD -p tcp --syn -m connlimit --connlimit-above 299",
            "-A FORWARD -p tcp --syn -m connlimit --connlimit-above 320 -j DROP",
        ]);
        PacketScript[] clients = [.. Enumerable.Range(0, Clients + Further).Select(i => new PacketScript(family, (ushort)(32_000 + i)))];
        for (int i = 0; i < Clients; i++)
        {
            Judge(i, "> tcp S seq 100");
        }

        for (int i = 0; i < Ended; i++)
        {
            Judge(i, "> tcp R seq 101");
        }

        Thread.Sleep(s_tick);
        for (int i = Clients; i < Clients + Further; i++)
        {
            Judge(i, "> tcp S seq 100");
        }

        void Judge(int client, string line) => twins.Judge(clients[client].Read(line)!, $"\n    {client} {line}");
    }

    /// <summary>Linux 6.1.176 leaves out a connection that did not come to the rule before it was remembered, whether it is assured or not.</summary>
    private static void RequireCountOfRemembered(Family family)
    {
        using var kernel = new IptablesFirewall(["eth0", "eth1"]);
        kernel.Load(RuleTexts.Of([family], ["-A FORWARD -i eth1 -m connlimit --connlimit-above 1 -j DROP"]));
        Observation? seen = null;
        for (ushort port = 33_000; port < 33_002; port++)
        {
            var client = new PacketScript(family, port);
            Assert.True(kernel.Judge(client.Read("> tcp S seq 100")!)!.Passed);
            Thread.Sleep(s_tick);
            seen = kernel.Judge(client.Read("< tcp SA seq 500 ack 101")!);
        }

        Assert.SkipWhen(seen!.Passed, "this kernel does not count connections that are remembered already");
    }

    /// <summary>The last connection that a limit lets in, and the first that it does not, begin at once on two processors, at address after address.</summary>
    [Theory]
    [InlineData(50)]
    [InlineData(200)]
    public void Two_processors_count_together(int limit)
    {
        const int Addresses = 200, Senders = 2, Port = 9;
        using var engine = new EngineFirewall(["eth0"]);
        NetworkNamespace host = engine.Device.Namespace;
        host.Execute("ip", ["rule", "add", "pref", "0", "lookup", "local"]);
        engine.Load(RuleTexts.Of([Family.IPv4], [$"-A OUTPUT -p udp -m udp --dport {Port} -m connlimit --connlimit-above {limit} --connlimit-daddr -j DROP"]));
        Socket[] sockets = host.Run(() => Enumerable.Range(0, limit - 1 + Senders).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)).ToArray());
        try
        {
            int[] sent = new int[Addresses];
            int ready = 0;
            for (int i = 0; i < Addresses; i++)
            {
                sent[i] = sockets[Senders..].Sum(socket => Sent(socket, i));
            }

            Thread[] senders = [.. sockets[..Senders].Select(socket => new Thread(() =>
            {
                for (int i = 0; i < Addresses; i++)
                {
                    Interlocked.Increment(ref ready);
                    while (Volatile.Read(ref ready) < (i + 1) * Senders)
                    {
                    }

                    Interlocked.Add(ref sent[i], Sent(socket, i));
                }
            }))];
            Array.ForEach(senders, sender => sender.Start());
            Array.ForEach(senders, sender => sender.Join());
            Assert.All(sent, connections => Assert.Equal(limit, connections));
        }
        finally
        {
            Array.ForEach(sockets, socket => socket.Dispose());
        }

        static int Sent(Socket socket, int address)
        {
            try
            {
                return socket.SendTo([1], new IPEndPoint(new IPAddress([127, 1, 0, (byte)address]), Port));
            }
            catch (SocketException refusal) when (refusal.SocketErrorCode == SocketError.AccessDenied)
            {
                return 0;
            }
        }
    }
}
