using MiniFirewall.Packets;
using MiniFirewall.Testing.Rules;

namespace MiniFirewall.Testing.Large;

/// <summary>Sets whose difficulty is in the chains.</summary>
internal static class ChainSets
{
    /// <summary>Many rules lead to one big chain, and most packets come back from it and enter it again.</summary>
    internal static GeneratedRules OneBig(int size, int seed)
    {
        var list = new RuleList(seed);
        string big = list.Chain("big");
        int jumps = Math.Clamp(size / 10, 1, 1000);
        for (int i = 0; i < jumps; i++)
        {
            string network = list.Network(Family.IPv4, list.OneIn(50) ? 1 : 8 + list.Next(25));
            list.Add($"-s {network} -p {list.Pick("tcp", "udp")} {list.Pick("-j", "-j", "-g")} {big}");
        }

        for (int i = 0; i < size - jumps; i++)
        {
            string target = list.OneIn(20) ? list.Pick("-j RETURN", "") : list.Verdict();
            list.Add($"-d {list.Network(Family.IPv4, 6 + list.Next(27))} -p {list.Pick("tcp", "udp")} --dport {list.Ports()} {target}", big);
        }

        return list.Done();
    }

    /// <summary>Chains one in another, twelve deep, each entered from several places of the one before.</summary>
    internal static GeneratedRules Deep(int size, int seed)
    {
        const int Depth = 12;
        var list = new RuleList(seed);
        string[] chains = [RuleList.Entry, .. Enumerable.Range(1, Depth).Select(level => list.Chain($"level{level}"))];
        int each = Math.Max(size / chains.Length, 4);
        for (int level = 0; level < chains.Length; level++)
        {
            for (int i = 0; i < each; i++)
            {
                bool enters = level < Depth && i % (each / 2) == each / 4;
                string target = enters ? $"{list.Pick("-j", "-j", "-g")} {chains[level + 1]}" : list.OneIn(8) ? list.Pick("-j RETURN", "") : list.Verdict();
                string match = enters ? list.Pick("-p udp", "-p tcp", "") : $"-d {list.Network(Family.IPv4, 8 + list.Next(25))} -p udp --dport {list.Ports()}";
                list.Add($"{match} {target}".Trim(), chains[level]);
            }
        }

        return list.Done();
    }

    /// <summary>A small chain for every network of /24, entered by its rule in INPUT.</summary>
    internal static GeneratedRules ManySmall(int size, int seed)
    {
        const int RulesOfAChain = 9;
        var list = new RuleList(seed);
        int chains = Math.Max(size / (RulesOfAChain + 1), 1);
        for (int i = 0; i < chains; i++)
        {
            string chain = list.Chain($"net{i}");
            list.Add($"-d 10.{i >> 8 & 255}.{i & 255}.0/24 {list.Pick("-j", "-j", "-j", "-g")} {chain}");
            for (int k = 0; k < RulesOfAChain; k++)
            {
                string match = list.Pick($"-p tcp --dport {list.Port()}", $"-p udp --dport {list.Ports()}", $"-s {list.Network(Family.IPv4, 2 + list.Next(12))}");
                list.Add($"{match} {(list.OneIn(4) ? list.Pick("-j RETURN", "") : list.Verdict())}".Trim(), chain);
            }
        }

        return list.Done();
    }

    /// <summary>A binary tree over the source's leading bits; rules that decide are in the leaves.</summary>
    internal static GeneratedRules Tree(int size, int seed)
    {
        var list = new RuleList(seed);
        int depth = Math.Clamp((int)Math.Log2(Math.Max(size / 8, 2)), 1, 16), rulesOfALeaf = Math.Max((size >> depth) - 2, 2);
        Grow(RuleList.Entry, 0, 0);
        return list.Done();

        void Grow(string chain, uint prefix, int length)
        {
            if (length == depth)
            {
                for (int i = 0; i < rulesOfALeaf; i++)
                {
                    list.Add($"-p {list.Pick("tcp", "udp")} --dport {list.Ports()} {(list.OneIn(4) ? "-j RETURN" : list.Verdict())}", chain);
                }

                return;
            }

            for (uint bit = 0; bit < 2; bit++)
            {
                uint half = prefix | (bit << (31 - length));
                string child = list.Chain($"t{length + 1}_{half >> (31 - length):x}");
                list.Add($"-s {AddressText.Format(Family.IPv4, half)}/{length + 1} {list.Pick("-j", "-g")} {child}", chain);
                Grow(child, half, length + 1);
            }
        }
    }

    /// <summary>RETURN and goto in the middle of chains that are entered with and without a way back.</summary>
    internal static GeneratedRules Returns(int size, int seed)
    {
        const int Wide = 100, WideJumps = 8;
        var list = new RuleList(seed);
        string[] chains = [RuleList.Entry, .. Enumerable.Range(0, 5).Select(i => list.Chain($"part{i}"))];
        int jumps = 0;
        for (int i = 0; i < size; i++)
        {
            int at = list.Next(chains.Length);
            string leads = at + 1 < chains.Length ? chains[at + 1 + list.Next(chains.Length - at - 1)] : "";

            // A rule for every packet neither decides nor leaves, or nothing behind it would ever be met; and few lead on, or the
            // ways through the chains would be more than can be walked.
            if (list.OneIn(Math.Max(size / Wide, 6)))
            {
                bool leadsOn = leads.Length > 0 && list.OneIn(6) && jumps++ < WideJumps;
                list.Add($"-p {list.Pick("udp", "tcp")}{(leadsOn ? $" -j {leads}" : "")}", chains[at]);
                continue;
            }

            string match = $"-s {list.Network(Family.IPv4, 8 + list.Next(17))} -p udp --dport {list.Ports()}";
            string target = list.Next(4) switch { 0 => "-j RETURN", 1 when leads.Length > 0 => $"{list.Pick("-j", "-g")} {leads}", _ => list.Verdict() };
            list.Add($"{match} {target}", chains[at]);
        }

        return list.Done();
    }
}
