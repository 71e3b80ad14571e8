using System.Globalization;
using MiniFirewall.Packets;

namespace MiniFirewall.Bench.Connections;

/// <summary>`./bench connections limits`: what connlimit costs a packet that begins one connection too many, over rules that drop it for its state.</summary>
internal static class ConnectionLimitBench
{
    private const int Further = 100_000;
    private const string DropNew = "-A FORWARD -m conntrack --ctstate NEW -j DROP";

    internal static TextTable Run()
    {
        var table = new TextTable("connections", "limit", "iptables-legacy", "minifw", "times cheaper");
        foreach (Family family in (Family[])[Family.IPv4, Family.IPv6])
        {
            foreach (int limit in (int[])[3, 10, 100, 1000, 10_000])
            {
                Measure(table, family, limit);
            }
        }

        return table;
    }

    private static void Measure(TextTable table, Family family, int limit)
    {
        using var lab = new ConnectionLab(family, DropNew, $"-A FORWARD -p udp -m connlimit --connlimit-above {limit} --connlimit-mask 0 -j DROP");
        lab.Open(FlowPackets.Random(family, limit, tcpFlags: null, seed: 1));
        using Frames further = FlowPackets.Random(family, Further, tcpFlags: null, seed: 2).Requests();
        Dictionary<string, Samples> samples = ConnectionBench.Measure(lab, further);
        double kernel = samples[ConnectionLab.KernelTracking].MeanAbove(samples[ConnectionLab.Iptables]), own = samples[ConnectionLab.OwnTracking].MeanAbove(samples[ConnectionLab.Minifw]);
        table.Add(
            family == Family.IPv4 ? "UDP" : "UDP over IPv6", limit.ToString(CultureInfo.InvariantCulture), $"{kernel:F0}", $"{own:F0}", $"{kernel / own:F1}");
        lab.Check(isDropped: true);
    }
}
