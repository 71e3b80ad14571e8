using MiniFirewall.Packets;
using MiniFirewall.Testing.Rules;

namespace MiniFirewall.Testing.Large;

/// <summary>Sets with every address, port and protocol left open, or where what is asked cannot be looked up.</summary>
internal static class ResidualSets
{
    /// <summary>Rules that differ only in lengths, TTLs and marks.</summary>
    internal static GeneratedRules Wildcards(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            int length = 20 + list.Next(1500);
            string lengths = list.OneIn(2) ? $"{length}" : $"{length}:{length + list.Next(20)}";
            list.Add(list.Next(4) switch
            {
                0 => $"-m mark --mark {list.Next(4 * size)} {list.Verdict()}",
                1 => $"-m mark --mark {list.Next(size) << 4}/0xfffffff0 -m length --length {lengths} {list.Verdict()}",
                2 => $"-m length {list.NotOneIn(30)}--length {lengths} -m mark --mark {list.Next(256)} {list.Verdict()}",
                _ => $"-m ttl {list.Pick("--ttl-eq", "--ttl-eq", "--ttl-lt", "--ttl-gt")} {list.Next(256)} -m mark --mark {list.Next(4 * size)} {list.Verdict()}",
            });
        }

        return list.Done();
    }

    /// <summary>TCP flags, TCP options and types of ICMP: what only the transport header tells.</summary>
    internal static GeneratedRules Transport(int size, int seed)
    {
        var list = new RuleList(seed);
        string[] flags = ["SYN", "ACK", "FIN", "RST", "SYN,ACK", "SYN,RST,ACK,FIN", "FIN,PSH,URG", "ALL", "NONE"];
        for (int i = 0; i < size; i++)
        {
            string mark = list.OneIn(4) ? $"-m mark --mark {list.Next(64)} " : "";
            list.Add(list.Next(3) switch
            {
                0 => $"-p icmp --icmp-type {list.Next(256)}/{list.Next(256)} -m mark --mark {list.Next(64)} {list.Verdict()}",
                1 => $"-p tcp {list.NotOneIn(4)}--tcp-flags {list.Pick(flags)} {list.Pick(flags)} --dport {list.Port()} {mark}{list.Verdict()}",
                _ => $"-p tcp {list.NotOneIn(20)}--tcp-option {1 + list.Next(254)} --sport {list.Ports()} --dport {list.Port()} {mark}{list.Verdict()}",
            });
        }

        return list.Done();
    }

    /// <summary>An interface a rule, and now and then all whose names begin alike.</summary>
    internal static GeneratedRules Interfaces(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            string name = list.OneIn(50) ? $"veth{i / 10}+" : $"veth{i}";
            string more = list.Pick("", "-p udp ", "-p tcp --dport 22 ");
            string not = list.NotOneIn(200);
            string network = not.Length > 0 ? $"-s {list.Network(Family.IPv4, 24)} " : list.OneIn(2) ? $"-s {list.Network(Family.IPv4, 1)} " : "";
            list.Add($"{not}-i {name} {network}{more}{list.Verdict()}");
        }

        return list.Done();
    }

    /// <summary>Something is negated in every rule; narrow enough on the other side that later rules are met.</summary>
    internal static GeneratedRules Negations(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            string address = list.Address(Family.IPv4), network = list.Network(Family.IPv4, 8 + list.Next(24));
            list.Add(list.Next(6) switch
            {
                0 => $"! -s {network} -d {address} {list.Verdict()}",
                1 => $"-s {address} ! -d {network} ! -p {list.Pick("tcp", "udp", "icmp")} {list.Verdict()}",
                2 => $"-s {network} -p tcp ! --sport {list.Ports()} --dport {list.Port()} {list.Verdict()}",
                3 => $"-s {network} -p udp --sport {list.Port()} ! --dport {list.Ports()} {list.Verdict()}",
                4 => $"! -i eth0 -d {network} ! -f {list.Verdict()}",
                _ => $"! -s {network} ! -d {network} -m mark --mark {i} -m length ! --length {list.Next(1500)} {list.Verdict()}",
            });
        }

        return list.Done();
    }
}
