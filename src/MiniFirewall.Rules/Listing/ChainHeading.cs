using System.Text;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Listing;

/// <summary>The two lines above a chain's rules in iptables -L (iptables xshared.c, print_header).</summary>
public static class ChainHeading
{
    /// <param name="policy">A built-in chain's policy; null for a user chain.</param>
    /// <param name="counters">The policy's.</param>
    /// <param name="references">How many rules go to the chain.</param>
    /// <returns>Both lines, the second without its end.</returns>
    public static string Of(string chain, string? policy, Counters counters, int references, ListColumns columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        string counted = columns.IsVerbose
            ? $" {CounterText.Plain(counters.Packets, columns.IsExact)}packets, {CounterText.Plain(counters.Bytes, columns.IsExact)}bytes"
            : "";
        string what = policy is null ? $"{references} references" : $"policy {policy}{counted}";
        return $"Chain {chain} ({what})\n{Columns(columns)}";
    }

    private static string Columns(ListColumns columns)
    {
        var line = new StringBuilder();
        line.Append(columns.HasLineNumbers ? $"{"num",-4} " : "");
        if (columns.IsVerbose)
        {
            line.Append(columns.IsExact ? $"{"pkts",8} {"bytes",10} " : $"{"pkts",5} {"bytes",5} ");
        }

        line.Append($"{"target",-9}  prot opt");
        line.Append(columns.IsVerbose ? $" {"in",-6} {"out",-6} " : "");
        return line.Append($" {"source",-19}  {"destination",-19} ").ToString();
    }
}
