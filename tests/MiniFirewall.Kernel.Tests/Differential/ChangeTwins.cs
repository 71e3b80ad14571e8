using System.Collections.Immutable;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Testing;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>The engine and the kernel's own iptables with the same rules, before the same packets; behind each, what is seen of the packets is counted.</summary>
internal sealed class ChangeTwins : IDisposable
{
    private const int Tries = 3;

    private readonly IptablesFirewall _kernel;
    private readonly EngineFirewall _own;
    private readonly PacketWatch _kernelWatch, _ownWatch;
    private string _rules = "";

    internal ChangeTwins(ImmutableArray<string> interfaces)
    {
        _kernel = new(interfaces);
        _own = new(interfaces);
        foreach (Device device in (Device[])[_kernel.Device, _own.Device])
        {
            device.Namespace.Execute("ip", ["link", "set", "eth1", "mtu", "1400"]);
        }

        _kernelWatch = new(_kernel.Device);
        _ownWatch = new(_own.Device);
    }

    /// <summary>Packets after which something changed had been seen.</summary>
    internal int Changed { get; private set; }

    internal bool CanMeet(Packet packet) => _own.CanMeet(packet) && _kernel.CanMeet(packet);

    internal void Load(RuleTexts texts)
    {
        _rules = texts.Whole;
        _own.Load(texts);
        _kernel.Load(texts);
        Synchronise();
    }

    /// <summary>In a list that is straight code, and in one that is searched.</summary>
    internal static RuleTexts Texts(string rules, int others)
    {
        string more = string.Concat(Enumerable.Range(1, others).Select(number => $"-A C -p udp --dport {number} -j ACCEPT\n"));
        string text = $"*filter\n:C - [0:0]\n-A FORWARD -j C\n-A OUTPUT -j C\n{more}{rules}\nCOMMIT\n";
        return new(text, Scenario.Families.ToDictionary(family => family, _ => text));
    }

    internal static IEnumerable<Packet> Packets()
    {
        foreach (Family family in Scenario.Families)
        {
            foreach (Transport transport in (Transport[])
                [
                    new UdpDatagram(1000, 2000),
                    new TcpSegment(1001, 80) { Options = [2, 4, 35, 40] },
                    new TcpSegment(1002, 80) { Options = [2, 4, 2, 88] },
                    new TcpSegment(1003, 80),
                    new TcpSegment(1004, 80) { Flags = TcpFlags.Ack },
                ])
            {
                byte[] bytes = family == Family.IPv4
                    ? IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(transport)
                    : IPv6Header.Between("2001:db8:1::1", "2001:db8:2::2").Carry(transport);
                yield return new(family, Hook.Forward, bytes) { InInterface = "eth0", OutInterface = "eth1" };
                yield return new(family, Hook.LocalOut, bytes) { OutInterface = "eth1" };
            }
        }
    }

    /// <summary>Skips the test where the kernel is too old.</summary>
    internal void LoadOrSkip(RuleTexts texts)
    {
        try
        {
            Load(texts);
        }
        catch (Exception exception) when (OldKernel.Refuses(exception))
        {
            Assert.Skip(exception.Message);
        }
    }

    /// <summary>Does something in both namespaces.</summary>
    internal void Run(Action action)
    {
        foreach (Device device in (Device[])[_kernel.Device, _own.Device])
        {
            device.Namespace.Run(action);
        }
    }

    /// <summary>Runs a program in both namespaces.</summary>
    internal void Execute(string command, params string[] words)
    {
        foreach (Device device in (Device[])[_kernel.Device, _own.Device])
        {
            device.Namespace.Execute(command, words);
        }
    }

    /// <summary>What a program says in the kernel's namespace, and in the engine's.</summary>
    internal (string Kernel, string Own) Ask(string command, params string[] words) =>
        (_kernel.Device.Namespace.Execute(command, words), _own.Device.Namespace.Execute(command, words));

    /// <summary>What was seen of the packet behind both, as <see cref="PacketWatch.Read"/> tells it.</summary>
    internal string Compare(Packet packet)
    {
        string kernel = "", own = "";
        for (int i = 0; i < Tries; i++)
        {
            (kernel, own) = (Judged(_kernel, packet) + _kernelWatch.Read(), Judged(_own, packet) + _ownWatch.Read());
            if (kernel == own)
            {
                Changed += PacketWatch.Changed(own);
                return own;
            }

            Synchronise();
        }

        Assert.Fail(FailingCase.Print(
            _rules, packet, ("on", $"{packet.Hook} {packet.InInterface} {packet.OutInterface}"), ("iptables", Differing(kernel, own)), ("miniFirewall", Differing(own, kernel))));
        return own;
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _own.Dispose();
    }

    /// <summary>Of packets whose later counts differ by design, the verdict.</summary>
    private string Judged(IFirewall firewall, Packet packet)
    {
        Observation? seen = firewall.Judge(packet);
        return SegmentSizes.AreJudgedAlike(packet, _rules) ? $"{seen}\n" : $"{seen?.Passed}\n";
    }

    /// <summary>A kernel sends packets of its own now and then: both count anew.</summary>
    private void Synchronise()
    {
        _kernelWatch.Reset();
        _ownWatch.Reset();
    }

    private static string Differing(string one, string other) => string.Join('\n', one.Split('\n').Zip(other.Split('\n')).Where(pair => pair.First != pair.Second).Select(pair => pair.First));
}
