using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>What rules ask of a packet's connection beside its state, packet by packet beside the kernel's own connection tracking.</summary>
public sealed class ConnectionMatchTests
{
    private const string Resets = "resets inside the window and outside";

    /// <summary>
    /// The kernel takes the time-out of a connection that begins for a time. Its clock begins five minutes below zero, so that something of the
    /// longest time-out, ten minutes, seems to be left as long as it has not run for both.
    /// </summary>
    private static readonly TimeSpan s_young = TimeSpan.FromMinutes(15);

    private static readonly Placement s_linear = new(4096, 4096);

    private static readonly string[] s_tuples =
    [
        "--ctproto tcp", "! --ctproto 17", "--ctproto 1", "--ctorigsrcport 20001:20010", "! --ctorigsrcport 20005", "--ctorigdstport 8080", "--ctreplsrcport 8080",
        "! --ctrepldstport 20000:20003", "--ctorigdstport 2048", "--ctreplsrcport 20000:60000", "--ctrepldstport 0:3", "--ctorigsrcport 0", "--ctstate NEW,INVALID --ctproto udp",
        "! --ctstate INVALID ! --ctorigdstport 8080", "--ctstate INVALID --ctrepldstport 5", "--ctdir REPLY --ctorigdstport 8080", "--ctstate NEW,SNAT", "! --ctstate ESTABLISHED,DNAT",
    ];

    private static readonly string[] s_status =
    [
        "--ctstatus NONE", "! --ctstatus NONE", "--ctstatus CONFIRMED", "--ctstatus SEEN_REPLY", "--ctstatus ASSURED", "! --ctstatus ASSURED,EXPECTED", "--ctstatus EXPECTED",
        "--ctstate INVALID --ctstatus CONFIRMED",
    ];

    private static readonly string[] s_expires = ["--ctexpire 28:31", "! --ctexpire 1:100", "--ctexpire 100:200", "--ctexpire 430000:500000"];

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Ends_and_protocols_are_those_of_the_kernel(Family family)
    {
        string[] hosts = family == Family.IPv4
            ? ["--ctorigsrc 192.0.2.10", "--ctorigdst 192.0.2.0/24", "! --ctorigdst 198.51.100.20", "--ctreplsrc 198.51.100.0/25", "--ctrepldst 192.0.2.10", "! --ctrepldst 0.0.0.0/0"]
            : ["--ctorigsrc 2001:db8:1::10", "--ctorigdst 2001:db8:1::/64", "! --ctorigdst 2001:db8:2::20", "--ctreplsrc 2001:db8:2::/47", "--ctrepldst 2001:db8:1::/126", "! --ctrepldst ::/0"];
        CompareConntrack(family, [.. s_tuples, .. hosts]);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Status_is_that_of_the_kernel(Family family) => CompareConntrack(family, s_status);

    /// <summary>But for the reset that ends an unanswered connection, which has nothing left here, and for those that close nothing.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void What_is_left_is_that_of_the_kernel(Family family) => CompareExpires(family, s_expires, script => script != "refused" && script != Resets);

    /// <summary>A reset that closes nothing leaves ten seconds in older kernels, five minutes in newer ones.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void After_resets_what_is_left_is_that_of_kernels_old_or_new(Family family) =>
        CompareExpires(family, ["--ctexpire 1:300", "! --ctexpire 1:300", "--ctexpire 430000:500000"], script => script == Resets);

    /// <summary>As in Linux 6.12.117, so that nobody who guesses a sequence number that is only near has a quiet connection forgotten (CVE-2026-99283).</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_reset_that_closes_nothing_leaves_five_minutes(Family family)
    {
        using var router = new EngineFirewall(["eth0", "eth1"]);
        router.Load(RuleTexts.Of([family], ["-A FORWARD -m conntrack --ctexpire 200:300", "-A FORWARD -m conntrack --ctexpire 1:10"]));
        var reader = new PacketScript(family, 20_000);
        foreach (string line in (string[])["> tcp S seq 100", "< tcp SA seq 500 ack 101", "> tcp A seq 101 ack 501", "< tcp A seq 501 ack 101 len 20", "> tcp A seq 101 ack 521"])
        {
            Left(line);
        }

        Assert.Equal([1], Left("> tcp R seq 102"));
        Assert.Equal([1], Left("< tcp R seq 522"));
        Assert.Equal([2], Left("> tcp R seq 101"));

        int[] Left(string line) => [.. router.Judge(reader.Read(line)!)!.Hits.Select(hit => hit.Place.Rule).Where(rule => rule > 0)];
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Traffic_is_counted_as_by_the_kernel(Family family)
    {
        List<string> rules = [];
        foreach (string direction in (string[])["original", "reply", "both"])
        {
            foreach (string range in (string[])["--connbytes 1:2 --connbytes-mode packets", "! --connbytes 3:5 --connbytes-mode packets", "--connbytes 100:400 --connbytes-mode bytes", "! --connbytes 0:60 --connbytes-mode avgpkt", "--connbytes 5: --connbytes-mode packets"])
            {
                rules.Add($"-A FORWARD -m connbytes {range} --connbytes-dir {direction}");
            }
        }

        Compare(family, rules);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Marks_of_connections_are_set_and_found_as_by_the_kernel(Family family) => Compare(family,
    [
        "-A FORWARD -m connmark --mark 0",
        "-A FORWARD -m state --state NEW -j CONNMARK --set-xmark 0x5/0xff",
        "-A FORWARD -m connmark --mark 0x5",
        "-A FORWARD -m connmark ! --mark 0x5/0x5",
        "-A FORWARD -m conntrack --ctdir REPLY -j CONNMARK --set-xmark 0x10/0",
        "-A FORWARD -m connmark --mark 0x10/0x10",
        "-A FORWARD -j CONNMARK --save-mark --nfmask 0xffff --ctmask 0xff0000 --left-shift-mark 16",
        "-A FORWARD -m connmark --mark 0x90000/0x90000",
        "-A FORWARD -m conntrack --ctstatus ASSURED -j CONNMARK --set-xmark 0x80000000/0x70 --right-shift-mark 1",
        "-A FORWARD -m connmark ! --mark 0/0x40000000",
        "-A FORWARD -j CONNMARK --save-mark --nfmask 0xf0 --ctmask 0x0f000000 --right-shift-mark 3",
        "-A FORWARD -m connmark --mark 0x2/0x1e",
    ]);

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Labels_are_given_and_found_as_by_the_kernel(Family family) => Compare(family,
    [
        "-A FORWARD -m connlabel --label 0",
        "-A FORWARD -m connlabel ! --label 127",
        "-A FORWARD -m state --state NEW -m connlabel --label 0 --set",
        "-A FORWARD -m state --state INVALID -m connlabel ! --label 5 --set",
        "-A FORWARD -m conntrack --ctdir REPLY -m connlabel --label 127 --set",
        "-A FORWARD -m connlabel --label 127",
        "-A FORWARD -m conntrack --ctstatus ASSURED -m connlabel ! --label 64 --set",
        "-A FORWARD -m connlabel --label 64",
        "-A FORWARD -m connlabel --label 63",
        "-A FORWARD -m connlabel ! --label 1",
    ]);

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Nodes_of_a_cluster_are_those_of_the_kernel(Family family)
    {
        List<string> rules = [];
        for (int total = 1; total <= 32; total += 3)
        {
            // iptables 1.8.9 takes masks up to 32 only.
            rules.Add($"-A FORWARD -m cluster --cluster-total-nodes {total} --cluster-local-nodemask {0x1b & ((1L << total) - 1)} --cluster-hash-seed 0x{total * 7919:x}");
            rules.Add($"-A FORWARD -m cluster --cluster-total-nodes {total} ! --cluster-local-node {total} --cluster-hash-seed {total}");
        }

        Compare(family, rules);
    }

    private static void CompareExpires(Family family, string[] options, Func<string, bool> isMeant)
    {
        string known = Environment.TickCount64 < s_young.TotalMilliseconds ? "! --ctstate NEW " : "";
        Compare(family, options.Select(option => $"-A FORWARD -m conntrack {known}{option}"), isMeant);
    }

    private static void CompareConntrack(Family family, string[] conntrack) => Compare(family, conntrack.Select(options => $"-A FORWARD -m conntrack {options}"));

    private static void Compare(Family family, IEnumerable<string> rules, Func<string, bool>? isMeant = null)
    {
        using var twins = new TwinRouters([family], [.. rules, .. s_end]);
        ushort port = 20_000;
        foreach ((string name, string script) in Scripts.For(family).Where(script => isMeant?.Invoke(script.Name) ?? true))
        {
            var reader = new PacketScript(family, ++port);
            string before = "";
            foreach (string line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                before += "\n    " + line;
                if (reader.Read(line) is { } packet)
                {
                    packet = new Packet(family, packet.Hook, packet.Bytes) { InInterface = packet.InInterface, OutInterface = packet.OutInterface, Mark = (uint)line.Length };
                    twins.Judge(packet, line.Length % 2 == 0 ? Placement.AllInPages : s_linear, name + before);
                }
            }
        }
    }

    private static readonly string[] s_end =
    [
        "-A FORWARD -p udp -m udp --dport 9 -m state --state NEW -j DROP",
        "-A FORWARD -p tcp -m tcp --dport 9 -m state --state NEW -j DROP",
    ];
}
