using MiniFirewall.Packets;
using MiniFirewall.Testing.Rules;

namespace MiniFirewall.Testing.Large;

/// <summary>Sets whose rules differ in ports and protocols.</summary>
internal static class PortSets
{
    /// <summary>Ranges of both ports, each crossing most others.</summary>
    internal static GeneratedRules Crossing(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            // The early ones are narrow, so that the later ones are met at all.
            int width = 1 + (int)(65534L * i / size), sport = list.Port(), dport = list.Port();
            list.Add(
                $"-p {list.Pick("tcp", "udp")} --sport {Range(sport, list.Next(width))} --dport {Range(dport, list.Next(width))} {list.Verdict()}");
        }

        return list.Done();
    }

    /// <summary>One pair of networks and one protocol; only the ranges of a port tell the rules apart.</summary>
    internal static GeneratedRules OnePlace(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            list.Add($"-s 10.1.0.0/16 -d 10.2.0.0/16 -p tcp --sport {Range(list.Port(), list.Next(8))} --dport {Range(list.Port(), list.Next(64))} {list.Verdict()}");
        }

        return list.Done();
    }

    internal static GeneratedRules Multiport(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            string ports = string.Join(',', Enumerable.Range(0, 1 + list.Next(6)).Select(_ => list.OneIn(3) ? list.Ports() : $"{list.Port()}"));
            string protocol = list.Pick("tcp", "udp", "sctp", "udplite", "dccp");
            string network = $"-s {list.Network(Family.IPv4, 6 + list.Next(20))} ";
            list.Add($"{network}-p {protocol} -m multiport {list.NotOneIn(50)}{list.Pick("--sports", "--dports", "--ports")} {ports} {list.Verdict()}");
        }

        return list.Done();
    }

    /// <summary>Protocols by number, negated and not, with and without the fragments.</summary>
    internal static GeneratedRules Protocols(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            string fragment = list.OneIn(4) ? list.NotOneIn(2) + "-f " : "";
            list.Add($"-s {list.Network(Family.IPv4, 6 + list.Next(20))} {list.NotOneIn(10)}-p {Number(list)} {fragment}{list.Verdict()}");
        }

        return list.Done();
    }

    /// <summary>Any protocol but "all" and ICMPv6, which is none of IPv4's rules.</summary>
    private static int Number(RuleList list) => 1 + list.Next(255) is var number && number != IpProtocol.Icmpv6 ? number : IpProtocol.Esp;

    /// <summary>LOW:HIGH within the ports, or one port.</summary>
    private static string Range(int low, int width)
    {
        int high = Math.Min(low + width, 65535);
        return low == high ? $"{low}" : $"{low}:{high}";
    }
}
