using MiniFirewall.Rules.Names;

namespace MiniFirewall.Rules.Language;

/// <summary>The tables of iptables that are not ours.</summary>
public static class ForeignTables
{
    /// <summary>Whether iptables has such a table and miniFirewall has not.</summary>
    public static bool Has(string table) => ForeignWords.Tables.Contains(table);
}
