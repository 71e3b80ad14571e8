using System.Text;
using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>
/// ClassBench rules as iptables-save text. Even lines accept and odd ones drop; they keep their order, flat in FORWARD or
/// spread over user chains: a hundred rules a chain, ten chains a group, each jumped to under what its rules have in common.
/// </summary>
internal sealed class RuleWriter(AddressForm form)
{
    internal const string LeafPrefix = "rules";
    private const int RulesPerChain = 100, ChainsPerGroup = 10;

    internal string Flat(FilterRule[] rules)
    {
        StringBuilder text = Begin();
        for (int i = 0; i < rules.Length; i++)
        {
            WriteRule(text, "FORWARD", rules[i], i);
        }

        return text.Append("COMMIT\n").ToString();
    }

    internal string Chains(FilterRule[] rules)
    {
        StringBuilder text = Begin(), body = new();
        int chains = (rules.Length + RulesPerChain - 1) / RulesPerChain;
        for (int chain = 0; chain < chains; chain++)
        {
            int group = chain / ChainsPerGroup, start = chain * RulesPerChain;
            if (chain % ChainsPerGroup == 0)
            {
                text.Append($":group{group} - [0:0]\n");
                int end = Math.Min(rules.Length, start + (RulesPerChain * ChainsPerGroup));
                WriteJump(body, "FORWARD", Common(rules[start..end]), $"group{group}");
            }

            FilterRule[] own = rules[start..Math.Min(rules.Length, start + RulesPerChain)];
            text.Append($":{LeafPrefix}{chain} - [0:0]\n");
            WriteJump(body, $"group{group}", Common(own), $"{LeafPrefix}{chain}");
            for (int i = 0; i < own.Length; i++)
            {
                WriteRule(body, $"{LeafPrefix}{chain}", own[i], start + i);
            }
        }

        return text.Append(body).Append("COMMIT\n").ToString();
    }

    private static StringBuilder Begin() => new("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n");

    /// <summary>The narrowest rule without ports that matches whatever one of the rules does.</summary>
    private static FilterRule Common(FilterRule[] rules)
    {
        var all = new PortRange(0, ushort.MaxValue);
        byte? protocol = Array.TrueForAll(rules, rule => rule.Protocol == rules[0].Protocol) ? rules[0].Protocol : null;
        return new(
            rules.Select(rule => rule.Source).Aggregate(Common), rules.Select(rule => rule.Destination).Aggregate(Common), all, all, protocol);
    }

    private static Prefix Common(Prefix left, Prefix right)
    {
        int same = System.Numerics.BitOperations.LeadingZeroCount(left.Address ^ right.Address);
        var common = new Prefix(left.Address, Math.Min(same, Math.Min(left.Length, right.Length)));
        return common with { Address = common.Address & common.Mask };
    }

    private void WriteRule(StringBuilder text, string chain, FilterRule rule, int index) =>
        WriteJump(text, chain, rule, index % 2 == 0 ? "ACCEPT" : "DROP");

    private void WriteJump(StringBuilder text, string chain, FilterRule rule, string target)
    {
        text.Append($"-A {chain}");
        WritePrefix(text, "-s", rule.Source);
        WritePrefix(text, "-d", rule.Destination);
        if (rule.Protocol is { } protocol)
        {
            text.Append($" -p {ProtocolName(form.Protocol(protocol))}");
        }

        WritePorts(text, rule);
        text.Append($" -j {target}\n");
    }

    private void WritePrefix(StringBuilder text, string option, Prefix prefix)
    {
        if (prefix.Length > 0)
        {
            text.Append($" {option} {form.Text(prefix)}");
        }
    }

    private static void WritePorts(StringBuilder text, FilterRule rule)
    {
        if (rule.HasPorts && !(rule.SourcePorts.IsAll && rule.DestinationPorts.IsAll))
        {
            text.Append($" -m {ProtocolName(rule.Protocol!.Value)}");
            WriteRange(text, "--sport", rule.SourcePorts);
            WriteRange(text, "--dport", rule.DestinationPorts);
        }
    }

    private static void WriteRange(StringBuilder text, string option, PortRange range)
    {
        if (!range.IsAll)
        {
            text.Append(range.Low == range.High ? $" {option} {range.Low}" : $" {option} {range.Low}:{range.High}");
        }
    }

    private static string ProtocolName(byte protocol) => protocol switch
    {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        58 => "icmpv6",
        _ => protocol.ToString(),
    };
}
