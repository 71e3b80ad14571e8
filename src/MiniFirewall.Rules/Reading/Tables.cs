using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>What is said of a table that is not filter.</summary>
internal static class Tables
{
    internal static void Refuse(Word place, string table, DiagnosticBag diagnostics)
    {
        string help = ForeignWords.Tables.Contains(table)
            ? "miniFirewall has the filter table only; give this table to the system's own iptables"
            : Nearest.HintOr(table, ["filter"], "the table is filter");
        diagnostics.Report(ErrorCodes.UnknownTable, place, $"table {Show.Word(table)} is not supported", help);
    }
}
