using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Handing;
using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>Packets that rules hand to queues come to who listens to these, whole and changed as rules wanted, and his verdict counts.</summary>
public sealed partial class QueueTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly EngineFirewall _firewall = new(["eth0", "eth1"]);

    public static TheoryData<Family, Hook> Places { get; } = [.. from family in DispatcherCompiler.Families from hook in DispatcherCompiler.Hooks select (family, hook)];

    public void Dispose() => _firewall.Dispose();

    [Theory]
    [MemberData(nameof(Places))]
    public void The_listener_decides(Family family, Hook hook)
    {
        Load("-j MARK --set-mark 0x105\n-A C -p udp -j NFQUEUE --queue-num 300\n-A C -j DROP");
        Assert.Empty(_firewall.Device.Namespace.Run(QueueListeners.Read));
        using var queue = new PacketQueue(_firewall.Device.Namespace, 300);
        Assert.Equal([300], _firewall.Device.Namespace.Run(QueueListeners.Read));
        var watch = new PacketWatch(_firewall.Device);
        Packet packet = Datagram(family, hook);

        _firewall.Judge(packet);
        PacketQueue.Queued first = queue.Next();
        Assert.Equal((300, hook, 0x105u), (first.Queue, first.Hook, first.Mark));
        Assert.EndsWith(Convert.ToHexString(packet.Bytes[^4..]), first.Bytes, StringComparison.Ordinal);
        Assert.Equal(0, Seen(watch));
        queue.Decide(first, passes: true);
        UntilSeen(watch, 1);

        _firewall.Judge(packet);
        queue.Decide(queue.Next(), passes: false);
        _firewall.Judge(packet);
        queue.Decide(queue.Next(), passes: true, mark: 0x80);
        UntilSeen(watch, 2);
        Assert.Matches("meta mark & 0x00000080 != 0x00000000 counter packets 1 ", watch.Read());
    }

    [Fact]
    public void Each_queue_has_its_packets()
    {
        Load("-p udp --dport 1 -j NFQUEUE --queue-num 1\n-A C -p udp --dport 2 -j QUEUE\n-A C -p udp -j NFQUEUE --queue-num 2 --queue-bypass");
        using var one = new PacketQueue(_firewall.Device.Namespace, 1);
        using var zero = new PacketQueue(_firewall.Device.Namespace, 0);
        var watch = new PacketWatch(_firewall.Device);
        foreach (ushort port in (ushort[])[2, 1, 3])
        {
            _firewall.Judge(Datagram(Family.IPv4, Hook.Forward, port));
        }

        UntilSeen(watch, 1);
        Assert.Contains("00010008", one.Next().Bytes, StringComparison.Ordinal);
        Assert.Contains("00020008", zero.Next().Bytes, StringComparison.Ordinal);
    }

    private void Load(string rules)
    {
        string text = $"*filter\n:C - [0:0]\n-A INPUT -j C\n-A FORWARD -j C\n-A OUTPUT -j C\n-A C {rules}\nCOMMIT\n";
        try
        {
            _firewall.Load(new RuleTexts(text, DispatcherCompiler.Families.ToDictionary(family => family, _ => text)));
        }
        catch (Exception exception) when (OldKernel.Refuses(exception))
        {
            Assert.Skip(exception.Message);
        }
    }

    private static Packet Datagram(Family family, Hook hook, ushort port = 2000)
    {
        var datagram = new UdpDatagram(1000, port);
        ImmutableArray<byte> bytes = [.. family == Family.IPv4
            ? IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(datagram)
            : IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2").Carry(datagram)];
        return new(family, hook, [.. bytes]) { InInterface = hook == Hook.LocalOut ? "" : "eth0", OutInterface = hook == Hook.LocalIn ? "" : "eth1" };
    }

    /// <summary>Packets of any mark.</summary>
    private static int Seen(PacketWatch watch) => Marked().Matches(watch.Read()).Sum(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));

    private static void UntilSeen(PacketWatch watch, int packets)
    {
        DateTime end = DateTime.UtcNow + Patience;
        while (Seen(watch) != packets)
        {
            Assert.True(DateTime.UtcNow < end, $"{Seen(watch)} packets were seen, not {packets}:\n{watch.Read()}");
            Thread.Sleep(10);
        }
    }

    [GeneratedRegex("meta mark (?:0x00000000|& 0x00000100 != 0x00000000|& 0x00000080 != 0x00000000) counter packets ([0-9]+)")]
    private static partial Regex Marked();
}
