using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Surroundings;

/// <summary>
/// The kernel's iptables (xtables) in the calling thread's network namespace: which tables are there is in /proc, on which hooks they are is known, and
/// their rules are what iptables-legacy-save prints, where it is installed.
/// </summary>
internal static class LegacyTables
{
    /// <summary>Hooks and priorities of the tables (net/ipv4/netfilter/iptable_*.c).</summary>
    private static readonly Dictionary<string, (string Chain, string Hook, int Priority)[]> Places = new()
    {
        ["raw"] = [("PREROUTING", "prerouting", -300), ("OUTPUT", "output", -300)],
        ["mangle"] = [.. new[] { "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING" }.Select(chain => (chain, chain.ToLowerInvariant(), -150))],
        ["nat"] = [("PREROUTING", "prerouting", -100), ("INPUT", "input", 100), ("OUTPUT", "output", -100), ("POSTROUTING", "postrouting", 100)],
        ["filter"] = [("INPUT", "input", 0), ("FORWARD", "forward", 0), ("OUTPUT", "output", 0)],
        ["security"] = [("INPUT", "input", 50), ("FORWARD", "forward", 50), ("OUTPUT", "output", 50)],
    };

    /// <summary>The tables of a family that are there.</summary>
    internal static string[] Names(Family family)
    {
        try
        {
            return File.ReadAllLines($"/proc/thread-self/net/{(family == Family.IPv4 ? "ip" : "ip6")}_tables_names");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The built-in chains of all tables that are there.</summary>
    /// <param name="saved">What is known of their rules; null where nothing is.</param>
    internal static IEnumerable<HookedFunction> Chains(Family family, SavedRules? saved) =>
        from table in Names(family)
        where Places.ContainsKey(table)
        from place in Places[table]
        select new HookedFunction(family == Family.IPv4 ? "ipv4" : "ipv6", place.Hook, place.Priority, HookOwner.Iptables, $"table {table}, chain {place.Chain}")
        {
            Translates = table == "nat",
            Rules = saved?.CountOf(table, place.Chain),
            Policy = saved?.PolicyOf(table, place.Chain)?.ToLowerInvariant(),
        };
}
