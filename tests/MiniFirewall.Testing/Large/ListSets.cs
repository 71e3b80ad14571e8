using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Rules;

namespace MiniFirewall.Testing.Large;

/// <summary>Sets whose difficulty is in the list itself: repetition, counting without an end, reports between.</summary>
internal static class ListSets
{
    private const int MostCounting = 400;

    /// <summary>One rule over and over; only the first may ever count. A different one ends the list.</summary>
    internal static GeneratedRules Identical(int size, int seed)
    {
        var list = new RuleList(seed);
        string rule = $"-s {list.Network(Family.IPv4, 4)} -p udp --dport 1024:50000 -j DROP";
        for (int i = 1; i < size; i++)
        {
            list.Add(rule);
        }

        list.Add("-p udp -j ACCEPT");
        return list.Done();
    }

    /// <summary>Some hundred rules without a target, which a packet meets in numbers, scattered over a list of rules that decide.</summary>
    internal static GeneratedRules Counting(int size, int seed)
    {
        var list = new RuleList(seed);
        int every = Math.Max(size / MostCounting, 2);
        for (int i = 0; i < size; i++)
        {
            if (i % every == 0)
            {
                string any = list.Pick("", "-p udp", "-p tcp", $"-s {list.Network(Family.IPv4, list.Next(3))}", $"-p udp --dport {list.Ports()}", "-m length --length 20:100");
                list.Add(any);
            }
            else
            {
                list.Add($"-s {list.Network(Family.IPv4, 8 + list.Next(25))} -p {list.Pick("tcp", "udp")} --dport {list.Port()} {list.Verdict()}");
            }
        }

        return list.Done();
    }

    /// <summary>Rules without a target alone, all of which most packets meet.</summary>
    internal static GeneratedRules AllCount(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            list.Add(list.Pick("", "-p udp", "-p tcp", "-m length --length 20:1000", "-i eth0", "! -p icmp"), families: FamilySet.Both);
        }

        return list.Done();
    }

    /// <summary>LOG rules between rules that decide, some with the very match of the next.</summary>
    internal static GeneratedRules Logging(int size, int seed)
    {
        var list = new RuleList(seed);
        while (list.Count < size)
        {
            string match = $"-s {list.Network(Family.IPv4, 8 + list.Next(25))} -p udp --dport {list.Ports()}";
            if (list.OneIn(20))
            {
                list.Add($"{match} -j LOG --log-prefix \"rule {list.Count} \"");
            }

            list.Add($"{match} {list.Verdict()}");
        }

        return list.Done();
    }

    /// <summary>Rules of one family, of the other, and of both, in one list.</summary>
    internal static GeneratedRules Mixed(int size, int seed)
    {
        var list = new RuleList(seed);
        for (int i = 0; i < size; i++)
        {
            string rest = $"-p {list.Pick("tcp", "udp")} --dport {list.Ports()} {list.Verdict()}";
            switch (list.Next(5))
            {
                case 0:
                    list.Add($"-p {list.Pick("tcp", "udp")} --sport {list.Port()} --dport {list.Port()} {list.Verdict()}", families: FamilySet.Both);
                    break;
                case 1 or 2:
                    list.Add($"-s {list.Network(Family.IPv4, 8 + list.Next(25))} {rest}");
                    break;
                default:
                    list.Add($"-s {list.Network(Family.IPv6, 40 + list.Next(89))} {rest}", families: FamilySet.IPv6);
                    break;
            }
        }

        return list.Done();
    }

    /// <summary>The rules that small random sets have, but those with sets, only more of them, and most with a network, so that the first few do not decide all.</summary>
    internal static GeneratedRules Anything(int size, int seed)
    {
        Gen<GeneratedRule> rule = RuleSetGen.Rule(RuleSetGenOptions.Default with { Sets = false, Questions = false, Marks = false });
        var source = new PCG((uint)seed, 1);
        var list = new RuleList(seed);
        Array.ForEach(["tcp-in", "C1", "a.b_c", "last"], chain => list.Chain(chain));
        while (list.Count < size)
        {
            AddNarrowed(list, rule.Generate(source, null, out _));
        }

        return list.Done();
    }

    private static void AddNarrowed(RuleList list, GeneratedRule rule)
    {
        if (rule.Body.Contains("-s ", StringComparison.Ordinal) || list.OneIn(1000))
        {
            list.Add(rule.Body, rule.Chain, rule.Families);
            return;
        }

        Family family = rule.Families.Has(Family.IPv4) ? Family.IPv4 : Family.IPv6;
        int length = family == Family.IPv4 ? 4 + list.Next(29) : 36 + list.Next(93);
        list.Add($"-s {list.Network(family, length)} {rule.Body}".Trim(), rule.Chain, family.ToSet());
    }
}
