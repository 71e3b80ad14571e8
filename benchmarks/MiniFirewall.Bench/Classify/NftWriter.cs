using System.Text;
using MiniFirewall.Bench.ClassBench;

namespace MiniFirewall.Bench.Classify;

/// <summary>The same lists for nft, rule after rule, as its users write them.</summary>
internal static class NftWriter
{
    internal static string Linear(FilterRule[] rules)
    {
        var text = new StringBuilder("table ip bench {\n chain forward {\n  type filter hook forward priority 0; policy accept;\n");
        for (int i = 0; i < rules.Length; i++)
        {
            text.Append("  ");
            WriteMatch(text, rules[i]);
            text.Append(i % 2 == 0 ? "accept\n" : "drop\n");
        }

        return text.Append(" }\n}\n").ToString();
    }

    private static void WriteMatch(StringBuilder text, FilterRule rule)
    {
        WritePrefix(text, "saddr", rule.Source);
        WritePrefix(text, "daddr", rule.Destination);
        if (rule.SourcePorts.IsAll && rule.DestinationPorts.IsAll)
        {
            text.Append(rule.Protocol is { } protocol ? $"meta l4proto {protocol} " : "");
            return;
        }

        string name = rule.Protocol == 6 ? "tcp" : "udp";
        WritePorts(text, $"{name} sport", rule.SourcePorts);
        WritePorts(text, $"{name} dport", rule.DestinationPorts);
    }

    private static void WritePrefix(StringBuilder text, string field, Prefix prefix)
    {
        if (prefix.Length > 0)
        {
            text.Append($"ip {field} {RuleLists.Dotted(prefix.Address)}/{prefix.Length} ");
        }
    }

    private static void WritePorts(StringBuilder text, string field, PortRange range)
    {
        if (!range.IsAll)
        {
            text.Append(range.Low == range.High ? $"{field} {range.Low} " : $"{field} {range.Low}-{range.High} ");
        }
    }
}
