using MiniFirewall.Packets;
using MiniFirewall.Testing.Rules;

namespace MiniFirewall.Testing.Large;

/// <summary>Sets whose rules differ in addresses.</summary>
internal static class AddressSets
{
    /// <summary>Every rule holds for one common point; the first ones for little else, later ones for more and more.</summary>
    internal static GeneratedRules Overlapping(Family family, int size, int seed)
    {
        var list = new RuleList(seed);
        UInt128 source = list.Number(family), destination = list.Number(family);
        int bits = family == Family.IPv4 ? 32 : 128;
        for (int i = 0; i < size; i++)
        {
            int left = bits - (int)((long)bits * i / size);
            string from = Around(family, source, Math.Max(left - list.Next(8), 0)), to = Around(family, destination, Math.Max(left - list.Next(8), 0));
            int low = list.Next(32768), high = 32768 + list.Next(32768);
            list.Add($"-s {from} -d {to} -p {list.Pick("tcp", "udp")} --dport {low}:{high} {list.Verdict()}", families: family.ToSet());
        }

        return list.Done();
    }

    /// <summary>Around many addresses the networks of every length: hosts first and the whole last, but for some that end with their smallest.</summary>
    internal static GeneratedRules Nested(Family family, int size, int seed)
    {
        var list = new RuleList(seed);
        int bits = family == Family.IPv4 ? 32 : 128;
        (string Option, UInt128 Address, bool Turned)[] nests =
            [.. Enumerable.Range(0, (size / (bits + 1)) + 1).Select(i => (list.Pick("-s", "-d"), list.Number(family), list.OneIn(8)))];
        for (int length = bits; length >= 0; length--)
        {
            foreach ((string option, UInt128 address, bool turned) in nests)
            {
                // What is turned begins at a half of the bits, or it would hide all others.
                int here = turned ? bits - (length / 2) : length;
                if (list.Count < size)
                {
                    list.Add($"{option} {Around(family, address, here)} {list.Pick("", "-p udp ", "-p tcp ")}{list.Verdict()}", families: family.ToSet());
                }
            }
        }

        return list.Done();
    }

    /// <summary>Single addresses and some networks, all dropped.</summary>
    internal static GeneratedRules DenyList(Family family, int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            string what = list.OneIn(10) ? list.Network(family, family == Family.IPv4 ? 24 : 48) : list.Address(family);
            list.Add($"-s {what} -j DROP", families: family.ToSet());
        }

        return list.Done();
    }

    /// <summary>Every pair of prefix lengths, ports exact or not: as many shapes of rules as there can be, the narrow ones mostly first.</summary>
    internal static GeneratedRules Shapes(Family family, int size, int seed)
    {
        var list = new RuleList(seed);
        int lengths = family == Family.IPv4 ? 33 : 129;
        IEnumerable<int> pairs = Enumerable.Range(0, size).Select(i => (int)((long)i * 7919 % (lengths * lengths)));
        foreach (int pair in pairs.OrderByDescending(pair => (pair % lengths) + (pair / lengths) + list.Next(lengths / 4)))
        {
            string from = list.Network(family, pair % lengths), to = list.Network(family, pair / lengths);
            string protocol = list.Pick("", "-p tcp ", $"-p tcp --dport {list.Port()} ", $"-p udp --sport {list.Port()} ", $"-p udp --dport {list.Ports()} ");
            list.Add($"-s {from} -d {to} {protocol}{list.Verdict()}", families: family.ToSet());
        }

        return list.Done();
    }

    /// <summary>Masks that are no prefixes: odd and even hosts, holes, a few bits here and there.</summary>
    internal static GeneratedRules Masks(int size, int seed)
    {
        var list = new RuleList(seed);
        string[] masks = ["255.255.0.255", "255.0.255.0", "255.255.255.1", "0.255.255.255", "170.170.170.170", "255.255.254.255"];
        for (int i = 0; i < size; i++)
        {
            string mask = list.OneIn(3) ? list.Address(Family.IPv4) : list.Pick(masks);
            string other = list.OneIn(2) ? $" -d {list.Address(Family.IPv4)}/{list.Pick(masks)}" : "";
            string not = list.NotOneIn(20);
            int port = not.Length > 0 ? list.Port() : list.Next(50);
            list.Add($"{not}-s {list.Address(Family.IPv4)}/{mask}{other} -p udp --dport {port} {list.Verdict()}");
        }

        return list.Done();
    }

    /// <summary>Ranges of addresses that are no networks and cross each other.</summary>
    internal static GeneratedRules Ranges(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            UInt128 low = list.Number(Family.IPv4), high = UInt128.Min(low + (UInt128)list.Next(1 << list.Next(28)), uint.MaxValue);
            string range = $"{AddressText.Format(Family.IPv4, low)}-{AddressText.Format(Family.IPv4, high)}";
            string side = list.Pick("--src-range", "--dst-range");
            list.Add($"-m iprange {side} {range} -p {list.Pick("tcp", "udp")} --dport {list.Ports()} {list.Verdict()}");
        }

        return list.Done();
    }

    /// <summary>Ranges that take as many networks as a range can, from nearly the first address to nearly the last.</summary>
    internal static GeneratedRules WidestRanges(Family family, int size, int seed)
    {
        var list = new RuleList(seed);
        UInt128 all = family == Family.IPv4 ? uint.MaxValue : UInt128.MaxValue;
        for (int i = 0; i < size; i++)
        {
            UInt128 low = (UInt128)(1 + list.Next(200)), high = all - (UInt128)(1 + list.Next(200));
            string range = $"{AddressText.Format(family, low)}-{AddressText.Format(family, high)}";
            list.Add($"-m iprange {list.Pick("--src-range", "--dst-range")} {range} -p udp --dport {list.Port()} {list.Verdict()}", families: family.ToSet());
        }

        return list.Done();
    }

    /// <summary>Rules that are lists in several ways at once: every address with every address, and every port with every port.</summary>
    internal static GeneratedRules Products(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            string ports = $"-p {list.Pick("tcp", "udp")} -m multiport --sports {FifteenPorts(list)} -m multiport --dports {FifteenPorts(list)}";
            UInt128 low = list.Number(Family.IPv4) >> 1, other = list.Number(Family.IPv4) >> 1;
            list.Add(list.Next(3) switch
            {
                0 => $"-s {MadeUpHosts.Name(i, 30)} -d {MadeUpHosts.Name(i + 1, 30)} {ports} {list.Verdict()}",
                1 => $"-m iprange --src-range {Range(low, (low << 1) | 1)} --dst-range {Range(other, (other << 1) | 1)} {ports} {list.Verdict()}",
                _ => $"-s {list.Network(Family.IPv4, list.Next(9))} {ports} {list.Verdict()}",
            });
        }

        return list.Done();
    }

    private static string Range(UInt128 low, UInt128 high) => $"{AddressText.Format(Family.IPv4, low)}-{AddressText.Format(Family.IPv4, high)}";

    /// <summary>Seven ranges and a port: fifteen is the most that a list takes.</summary>
    private static string FifteenPorts(RuleList list)
    {
        IEnumerable<int> lows = Enumerable.Range(0, 7).Select(_ => list.Next(65000));
        return string.Join(',', lows.Select(low => $"{low}:{low + 1 + list.Next(500)}").Append($"{list.Port()}"));
    }

    /// <summary>Host names with one to a few hundred addresses.</summary>
    internal static GeneratedRules Hosts(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            int addresses = list.OneIn(20) ? 200 : 1 + list.Next(8);
            string host = MadeUpHosts.Name(list.Next(size), addresses), option = list.Pick("-s", "-d");
            bool not = list.OneIn(40);
            string only = not ? $" -p tcp --dport {list.Port()}" : list.Pick("", " -p udp");
            list.Add($"{(not ? "! " : "")}{option} {host}{only} {list.Verdict()}", families: FamilySet.Both);
        }

        return list.Done();
    }

    private static string Around(Family family, UInt128 address, int length) =>
        $"{AddressText.Format(family, RuleList.Cut(family, address, length))}/{length}";
}
