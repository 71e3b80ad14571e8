using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Doctor;

/// <summary>Rules that no packet has met.</summary>
internal static class UnusedCheck
{
    private const int MostNamed = 8;

    /// <summary>The chains of "default deny": a host does not need all of their rules, and may need any.</summary>
    private const string BroughtByDefault = "minifw-before-";

    internal static IEnumerable<Finding> Look(Patient patient)
    {
        if (patient.Loaded is not { } loaded)
        {
            yield break;
        }

        string[] unused = [.. loaded.Rules.Chains.Where(chain => !chain.Name.StartsWith(BroughtByDefault, StringComparison.Ordinal)).SelectMany(chain => Enumerable.Range(1, chain.Rules.Length).Where(number => IsUnused(loaded, chain, number)).Select(number => $"{chain.Name} {number}"))];
        if (unused.Length > 0)
        {
            string more = unused.Length > MostNamed ? $" and {unused.Length - MostNamed} more" : "";
            yield return new(Severity.Note, "unused", $"{Counted.Rules(unused.Length, "has", "have")} met no packet; the last commit was {loaded.AppliedAt.ToLocalTime():yyyy-MM-dd HH:mm}: {string.Join(", ", unused.Take(MostNamed))}{more}", "minifw show");
        }
    }

    private static bool IsUnused(LoadedRuleSet loaded, Chain chain, int number) =>
        loaded.OfRule(chain, number, Family.IPv4).Packets + loaded.OfRule(chain, number, Family.IPv6).Packets == 0;
}
