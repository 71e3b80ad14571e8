using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>One filter table as miniFirewall reads it, and each family's part as iptables-restore and ip6tables-restore do.</summary>
/// <param name="Whole">Save text; a rule of one family has -4 or -6 before it.</param>
/// <param name="OfFamily">Save texts, without counters, of the families that packets will come of.</param>
internal sealed record RuleTexts(string Whole, IReadOnlyDictionary<Family, string> OfFamily)
{
    /// <summary>The sets that the rules name, as ipset restore takes them; <see cref="Whole"/> begins with them.</summary>
    internal string Sets { get; init; } = "";

    /// <summary>The same rules with sets.</summary>
    internal RuleTexts WithSets(string sets) => this with { Whole = sets + Whole, Sets = sets };

    /// <summary>A table of these lines (":CHAIN POLICY" and "-A CHAIN ..."); policies left out are ACCEPT.</summary>
    internal static RuleTexts Of(IReadOnlyCollection<Family> families, IEnumerable<string> lines)
    {
        string[] given = [.. lines.Where(line => line.Length > 0)];
        IEnumerable<string> policies = new[] { ":INPUT ", ":FORWARD ", ":OUTPUT " }
            .Where(chain => !given.Any(line => line.StartsWith(chain, StringComparison.Ordinal)))
            .Select(chain => chain + "ACCEPT");
        string[] all = [.. policies, .. given];
        string prefix = families.Count > 1 ? "" : families.Contains(Family.IPv4) ? "-4 " : "-6 ";
        return new(
            Text(all.Select(line => line[0] == '-' ? prefix + line : line)),
            families.ToDictionary(family => family, _ => Text(all)));
    }

    private static string Text(IEnumerable<string> lines) => $"*filter\n{string.Concat(lines.Select(line => line + "\n"))}COMMIT\n";
}
