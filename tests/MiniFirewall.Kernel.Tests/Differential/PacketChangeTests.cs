using System.Collections.Immutable;
using CsCheck;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Testing;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>
/// Rules that change packets, committed by the engine and in the kernel's own iptables, before the same packets: every counter of the filter table,
/// and what is seen of the packets behind it, must be the same.
/// </summary>
public sealed class PacketChangeTests(ITestOutputHelper output)
{
    private const int Tries = 3;
    private static readonly ImmutableArray<string> s_interfaces = ["eth0", "eth1"];

    /// <summary>Rules of a chain that forwarded packets, and those of this machine, come to, and whether any packet leaves changed.</summary>
    public static TheoryData<string, bool> Changes =>
    [
        ("-A C -j MARK --set-mark 0x40000/0xff0000", true),
        ("-A C -j MARK --set-mark 0xffffffff\n-A C -j MARK --and-mark 0xf0\n-A C -j MARK --xor-mark 0x81\n-A C -j MARK --or-mark 0x800000", true),
        ("-A C -p tcp -j MARK --set-mark 1\n-A C -m mark --mark 1 -j MARK --set-mark 2\n-A C -m mark --mark 1 -j DROP\n-A C -m mark ! --mark 2/3 -j DROP", true),
        ("-A C -m mark --mark 1 -j ACCEPT\n-A C -j MARK --set-mark 1\n-A C -m mark --mark 1 -j RETURN\n-A C -j DROP", true),
        ("-A C -p udp -j MARK --set-mark 3\n-A C -m mark --mark 3 -j DROP", false),
        ("-A C -j MARK --set-mark 5\n-A C -j MARK --set-mark 0", false),
        ("-A C -j MARK --set-mark 9\n-A C -m bpf --bytecode \"4,32 0 0 4294963220,21 0 1 9,6 0 0 1,6 0 0 0\" -j MARK --or-mark 0x100", true),
        ("-A C -j MARK --set-mark 6\n-A C -j CONNMARK --save-mark\n-A C -j MARK --set-mark 0\n-A C -j CONNMARK --restore-mark --left-shift-mark 4", true),
        ("-A C -j CONNMARK --set-mark 0x85\n-A C -j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xff\n-A C -m connmark --mark 0x85 -j MARK --xor-mark 0x8000", true),
        ("-A C -j CLASSIFY --set-class 1:2\n-A C -p tcp -j CLASSIFY --set-class 0:1", true),
        ("-A C -j CLASSIFY --set-class ffff:ffff\n-A C -j MARK --set-mark 7\n-A C -p udp -j DROP", true),
        ("-A C -p tcp --syn -j TCPMSS --set-mss 1000", true),
        ("-A C -p tcp --syn -j TCPMSS --set-mss 1400\n-A C -p tcp --syn -j TCPMSS --set-mss 500\n-A C -p tcp --syn -j TCPMSS --set-mss 1000", true),
        ("-A C -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu", true),
        ("-A C -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\n-A C -p tcp --syn -j TCPMSS --set-mss 1000\n-A C -j MARK --set-mark 8\n-A C -j CLASSIFY --set-class 1:2", true),
    ];

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_packet_leaves_as_with_iptables(string rules, bool changes)
    {
        foreach (int others in (int[])[0, 60])
        {
            using var twins = new Twins();
            RuleTexts texts = Texts(rules, others);
            try
            {
                twins.Load(texts);
            }
            catch (Exception exception) when (OldKernel.Refuses(exception))
            {
                Assert.Skip(exception.Message);
            }

            foreach (Packet packet in Packets())
            {
                twins.Compare(packet);
            }

            Assert.Equal(changes, twins.Changed > 0);
        }
    }

    [Fact]
    public void Random_rules_change_packets_as_iptables_does()
    {
        using var twins = new Twins();
        int compared = 0, refused = 0;
        Scenario.Real(packets: 20, s_interfaces).Where(scenario => scenario.Rules.Text.Contains("-j MARK", StringComparison.Ordinal)).Sample(
            scenario =>
            {
                try
                {
                    twins.Load(scenario.Texts);
                }
                catch (Exception exception) when (OldKernel.Refuses(exception))
                {
                    refused++;
                    return;
                }

                foreach (Packet packet in scenario.Packets.Where(twins.CanMeet).Where(packet => LaterFragments.AreJudgedAlike(packet, scenario.Rules.Text)))
                {
                    twins.Compare(packet);
                    compared++;
                }
            },
            iter: Budget.Commits,
            threads: 1);
        output.WriteLine($"{compared} packets, {twins.Changed} of them met something that was changed, {refused} rule sets refused by name");
        Assert.True(refused > 0 || twins.Changed > 0, "no packet was changed");
    }

    /// <summary>In a list that is straight code, and in one that is searched.</summary>
    private static RuleTexts Texts(string rules, int others)
    {
        string more = string.Concat(Enumerable.Range(1, others).Select(number => $"-A C -p udp --dport {number} -j ACCEPT\n"));
        string text = $"*filter\n:C - [0:0]\n-A FORWARD -j C\n-A OUTPUT -j C\n{more}{rules}\nCOMMIT\n";
        return new(text, Scenario.Families.ToDictionary(family => family, _ => text));
    }

    private static IEnumerable<Packet> Packets()
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

    private sealed class Twins : IDisposable
    {
        private readonly IptablesFirewall _kernel = new(s_interfaces);
        private readonly EngineFirewall _own = new(s_interfaces);
        private readonly PacketWatch _kernelWatch, _ownWatch;
        private string _rules = "";

        internal Twins()
        {
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

        internal void Compare(Packet packet)
        {
            string kernel = "", own = "";
            for (int i = 0; i < Tries; i++)
            {
                (kernel, own) = (Judged(_kernel, packet) + _kernelWatch.Read(), Judged(_own, packet) + _ownWatch.Read());
                if (kernel == own)
                {
                    Changed += PacketWatch.Changed(own);
                    return;
                }

                Synchronise();
            }

            Assert.Fail(FailingCase.Print(
                _rules, packet, ("on", $"{packet.Hook} {packet.InInterface} {packet.OutInterface}"), ("iptables", Differing(kernel, own)), ("miniFirewall", Differing(own, kernel))));
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
}
