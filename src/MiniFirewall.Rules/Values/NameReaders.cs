using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Readers of words from a fixed table.</summary>
internal static class NameReaders
{
    /// <summary>A comma list of flags, in any case of letters, as the sum of their values.</summary>
    /// <param name="convention">What iptables says of a word that is none of them, where it has words of its own.</param>
    internal static ValueReader<uint> Flags(string what, IReadOnlyList<(string Name, uint Value)> table, Func<string, Convention>? convention = null) =>
        List(what, table, (name, word) => name.Equals(word, StringComparison.OrdinalIgnoreCase), convention);

    /// <summary>
    /// A comma list of flags as the sum of their values. Each may be shortened, the first of the table that begins so is meant, and
    /// letters of any case will do (strncasecmp, as libxt_conntrack.c reads states).
    /// </summary>
    /// <param name="convention">As <see cref="Flags"/>.</param>
    internal static ValueReader<uint> FlagsByBeginning(string what, IReadOnlyList<(string Name, uint Value)> table, Func<string, Convention>? convention = null) =>
        List(what, table, (name, word) => word.Length > 0 && name.StartsWith(word, StringComparison.OrdinalIgnoreCase), convention);

    private static ValueReader<uint> List(
        string what, IReadOnlyList<(string Name, uint Value)> table, Func<string, string, bool> fits, Func<string, Convention>? convention)
    {
        return Read;

        bool Read(Word word, ReadContext context, out uint flags)
        {
            flags = 0;
            foreach (Word item in word.Split(','))
            {
                int at = FindIndex(table, entry => fits(entry.Name, item.Text));
                if (at < 0)
                {
                    ReportUnknown(item, context, what, [.. table.Select(entry => entry.Name)], "a comma list of ", convention?.Invoke(item.Text));
                    return false;
                }

                flags |= table[at].Value;
            }

            return true;
        }
    }

    /// <summary>One word of a table, whole; in any case of letters where asked.</summary>
    internal static ValueReader<uint> Choice(string what, IReadOnlyList<(string Name, uint Value)> table, bool anyCase = false)
    {
        return Read;

        bool Read(Word word, ReadContext context, out uint value)
        {
            StringComparison comparison = anyCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            int at = FindIndex(table, entry => entry.Name.Equals(word.Text, comparison));
            value = at < 0 ? 0 : table[at].Value;
            if (at < 0)
            {
                ReportUnknown(word, context, what, [.. table.Select(entry => entry.Name)], "");
            }

            return at >= 0;
        }
    }

    /// <summary>The names of the flags that are set, in the table's order, with commas between them.</summary>
    internal static string Print(IReadOnlyList<(string Name, uint Value)> table, uint flags) =>
        string.Join(',', table.Where(entry => (flags & entry.Value) != 0).Select(entry => entry.Name));

    /// <summary>
    /// The entry that a name, or an unambiguous beginning of one, means. -1 where there is none, -2 where there are several.
    /// </summary>
    internal static int FindByBeginning<T>(IReadOnlyList<T> table, Func<T, string> nameOf, string name)
    {
        int exact = FindIndex(table, entry => nameOf(entry).Equals(name, StringComparison.OrdinalIgnoreCase));
        if (exact >= 0 || name.Length == 0)
        {
            return exact;
        }

        int first = FindIndex(table, Fits);
        return first < 0 || table.Count(Fits) == 1 ? first : -2;

        bool Fits(T entry) => nameOf(entry).StartsWith(name, StringComparison.OrdinalIgnoreCase);
    }

    private static void ReportUnknown(Word word, ReadContext context, string what, string[] names, string form, Convention? convention = null) =>
        context.Diagnostics.Report(
            ErrorCodes.UnknownFlag, word, $"{Show.Word(word.Text)} is not a {what}", Nearest.HintOr(word.Text, names, form + Show.Choice(names)), convention);

    private static int FindIndex<T>(IReadOnlyList<T> table, Func<T, bool> fits)
    {
        for (int i = 0; i < table.Count; i++)
        {
            if (fits(table[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
