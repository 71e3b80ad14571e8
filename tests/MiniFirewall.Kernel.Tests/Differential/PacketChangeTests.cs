using System.Collections.Immutable;
using CsCheck;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
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
            using var twins = new ChangeTwins(s_interfaces);
            twins.LoadOrSkip(ChangeTwins.Texts(rules, others));
            foreach (Packet packet in ChangeTwins.Packets())
            {
                twins.Compare(packet);
            }

            Assert.Equal(changes, twins.Changed > 0);
        }
    }

    [Fact]
    public void Random_rules_change_packets_as_iptables_does()
    {
        using var twins = new ChangeTwins(s_interfaces);
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
}
