using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Readers of words from a fixed table.</summary>
internal static class NameReaders
{
    /// <summary>A comma list of flags, in any case of letters, as the sum of their values.</summary>
    internal static ValueReader<uint> Flags(string what, IReadOnlyList<(string Name, uint Value)> table)
    {
        return Read;

        bool Read(Word word, ReadContext context, out uint flags)
        {
            flags = 0;
            foreach (Word item in word.Split(','))
            {
                int at = FindIndex(table, entry => entry.Name.Equals(item.Text, StringComparison.OrdinalIgnoreCase));
                if (at < 0)
                {
                    string[] names = [.. table.Select(entry => entry.Name)];
                    context.Diagnostics.Report(
                        ErrorCodes.UnknownFlag, item, $"{Show.Word(item.Text)} is not a {what}",
                        Nearest.HintOr(item.Text, names, $"a comma list of {Show.Choice(names)}"));
                    return false;
                }

                flags |= table[at].Value;
            }

            return true;
        }
    }

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
