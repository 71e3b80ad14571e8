using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>
/// Targets that the kernel carries out behind the rules, committed by the engine and in the kernel's own iptables, before the same packets: counters, and what is seen
/// behind, are the same. Nobody listens to queues here; <see cref="Engine.QueueTests"/> has who does.
/// </summary>
public sealed class KernelTargetTests
{
    private const string Gateway4 = "198.51.100.77", Gateway6 = "2001:db8:1::77";

    public static TheoryData<string> Queues =>
    [
        "-A C -p udp -j NFQUEUE",
        "-A C -p tcp --syn -j QUEUE\n-A C -p tcp -j DROP",
        "-A C -j MARK --set-mark 5\n-A C -p udp -j NFQUEUE --queue-num 7 --queue-bypass\n-A C -j MARK --set-mark 9",
        "-A C -p tcp --syn -j NFQUEUE --queue-balance 3:5 --queue-cpu-fanout --queue-bypass\n-A C -p tcp -j NFQUEUE --queue-balance 3:5",
        "-A C -p udp -j NFQUEUE --queue-num 1\n-A C -p tcp -m tcp ! --syn -j NFQUEUE --queue-num 2\n-A C -j NFQUEUE --queue-num 3 --queue-bypass",
    ];

    /// <summary>Rules that have packets copied, and whether the packets themselves pass.</summary>
    public static TheoryData<string, bool> Copies =>
    [
        ($"-4 -A C -j TEE --gateway {Gateway4}\n-6 -A C -j TEE --gateway {Gateway6}", true),
        ($"-4 -A C -j TEE --gateway {Gateway4}\n-6 -A C -j TEE --gateway {Gateway6} --oif eth1\n-A C -j DROP", false),
        ($"-4 -A C -j TEE --gateway {Gateway4} --oif eth1\n-6 -A C -j TEE --gateway {Gateway6}\n-4 -A C -j TEE --gateway {Gateway4}\n-A C -p tcp -j AUDIT --type accept\n-A C -j NFQUEUE", false),
        ($"-A C -j AUDIT --type drop\n-4 -A C -j TEE --gateway {Gateway4}\n-6 -A C -j TEE --gateway {Gateway6}\n-A C -j NFQUEUE --queue-bypass", true),
    ];

    [Theory]
    [MemberData(nameof(Queues))]
    public void A_packet_for_a_queue_fares_as_with_iptables(string rules)
    {
        foreach (int others in (int[])[0, 60])
        {
            using var twins = new ChangeTwins(["eth0", "eth1"]);
            twins.LoadOrSkip(ChangeTwins.Texts(rules, others));
            foreach (Packet packet in ChangeTwins.Packets())
            {
                twins.Compare(packet);
            }
        }
    }

    /// <summary>Also of packets that a match behind it does not take, that are dropped, and that the policy meets.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public void Accounting_objects_count_as_with_iptables(int others)
    {
        using var twins = new ChangeTwins(["eth0", "eth1"]);
        foreach (string name in (string[])["all", "udp", "later", "dropped"])
        {
            twins.Execute("nfacct", "add", name);
        }

        twins.LoadOrSkip(ChangeTwins.Texts("""
            -A C -m nfacct --nfacct-name all
            -A C -p udp -m nfacct --nfacct-name udp -m udp --dport 2000 -j ACCEPT
            -A C -p tcp -m nfacct --nfacct-name later -m tcp ! --syn
            -A C -p tcp -m tcp --syn -m nfacct --nfacct-name dropped -j DROP
            """, others));
        string counted = "";
        foreach (Packet packet in ChangeTwins.Packets())
        {
            twins.Compare(packet);
            (string kernel, string own) = twins.Ask("nfacct", "list");
            Assert.Equal(kernel, own);
            counted = own;
        }

        Assert.Equal([20, 4, 16, 12], ((string[])["all", "udp", "later", "dropped"]).Select(name => PacketsOf(counted, name)));
    }

    private static int PacketsOf(string list, string name) => int.Parse(
        System.Text.RegularExpressions.Regex.Match(list, $"pkts = ([0-9]+),[^\n]*= {name};").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [MemberData(nameof(Copies))]
    public void A_copy_leaves_as_with_iptables(string rules, bool passes)
    {
        foreach (int others in (int[])[0, 60])
        {
            using var twins = new ChangeTwins(["eth0", "eth1"]);
            foreach (string gateway in (string[])[Gateway4, Gateway6])
            {
                string family = gateway == Gateway4 ? "-4" : "-6";
                twins.Execute("ip", family, "route", "add", gateway, "dev", "eth1");
                twins.Execute("ip", family, "rule", "add", "to", gateway, "lookup", "main", "pref", "0");
            }

            twins.LoadOrSkip(ChangeTwins.Texts(rules.Replace("-A C", "-A C -i eth0", StringComparison.Ordinal), others));
            int packets = 0;
            foreach (Packet packet in ChangeTwins.Packets().Where(packet => packet.Hook == Hook.Forward))
            {
                packets++;
                string seen = twins.Compare(packet);
                Assert.Equal(passes ? packets : 0, PacketWatch.Unmarked(seen, Hook.Forward));
                Assert.InRange(PacketWatch.Unmarked(seen, Hook.LocalOut), packets, packets * 2);
            }
        }
    }
}
