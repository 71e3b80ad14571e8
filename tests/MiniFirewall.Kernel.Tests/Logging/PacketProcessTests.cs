using System.Net;
using System.Net.Sockets;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Sockets;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Logging;

/// <summary>Whose packets are: of the one that sends, in its own system call or by a timer, and of the one that they are for.</summary>
public sealed class PacketProcessTests : IDisposable
{
    private readonly TestNamespace _namespace = new();

    public PacketProcessTests()
    {
        _namespace.Apply("-A INPUT -j LOG\n-A OUTPUT -j LOG\n-A OUTPUT -p tcp --dport 7 -j DROP\n");
        Command.Run("ip", "-n", _namespace.Name, "addr", "add", "192.0.2.1/32", "dev", "lo");
    }

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("192.0.2.1", "0.0.0.0")]
    [InlineData("127.0.0.1", "::")]
    [InlineData("::1", "::")]
    public void Datagrams(string address, string bound) => _namespace.Run(() =>
    {
        using EventReader events = _namespace.Open().OpenEvents()!;
        using var server = new Socket(IPAddress.Parse(bound).AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (bound == "::")
        {
            server.DualMode = true;
        }

        server.Bind(new IPEndPoint(IPAddress.Parse(bound), 0));
        using var client = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        client.SendTo([1], new IPEndPoint(IPAddress.Parse(address), ((IPEndPoint)server.LocalEndPoint!).Port));
        (EventRecord sent, EventRecord received) = (Next(events, Hook.LocalOut), Next(events, Hook.LocalIn));
        Assert.Equal(Self, sent.Process);
        Assert.NotEqual(0UL, sent.SocketInode);
        Assert.Null(received.Process);
        Assert.Equal(Self, new PacketProcess().Of(received));
    });

    [Fact]
    public void Streams() => _namespace.Run(() =>
    {
        using EventReader events = _namespace.Open().OpenEvents()!;
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(server.LocalEndPoint!);
        EventRecord connecting = Next(events, Hook.LocalOut), comes = Next(events, Hook.LocalIn), answer = Next(events, Hook.LocalOut);
        Assert.Equal(Self, connecting.Process);

        // The answer to SYN is sent while it comes in, by whoever runs then.
        Assert.Null(answer.Process);
        var processes = new PacketProcess();
        Assert.Equal([Self, Self, Self], new[] { connecting, comes, answer }.Select(packet => processes.Of(packet)!.Value));
    });

    [Fact]
    public void What_a_timer_sends_again_is_not_of_whom_it_interrupts() => _namespace.Run(() =>
    {
        using EventReader events = _namespace.Open().OpenEvents(withDrops: false)!;
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        Assert.Throws<SocketException>(() => client.Connect(IPAddress.Loopback, 7));
        EventRecord first = Next(events, Hook.LocalOut), again = Next(events, Hook.LocalOut, TimeSpan.FromSeconds(5));
        Assert.Equal(Self, first.Process);
        Assert.Null(again.Process);
        Assert.Equal(first.SocketInode, again.SocketInode);
        Assert.Equal(Self, new PacketProcess().Of(again));
    });

    [Fact]
    public void What_nobody_has_a_socket_for_is_nobodys() => _namespace.Run(() =>
    {
        using EventReader events = _namespace.Open().OpenEvents()!;
        using (var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            client.SendTo([1], new IPEndPoint(IPAddress.Loopback, 9));
        }

        Next(events, Hook.LocalOut);
        Assert.Null(new PacketProcess().Of(Next(events, Hook.LocalIn)));
    });

    private static SendingProcess Self => new(Environment.ProcessId, File.ReadAllText("/proc/self/comm").TrimEnd());

    private static EventRecord Next(EventReader events, Hook hook, TimeSpan? patience = null)
    {
        EventRecord record = events.Read(patience ?? TimeSpan.FromSeconds(1)) ?? throw new InvalidOperationException("no event came");
        Assert.Equal(hook, record.Hook);
        return record;
    }
}
