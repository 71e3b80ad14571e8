using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Names;

/// <summary>Finds the known words nearest to a mistyped one.</summary>
internal static class Nearest
{
    private const int LongestWord = 40;
    private const int MostShown = 3;

    /// <summary>"did you mean X", or empty where no known word is within a third of the word's length in edits.</summary>
    internal static string Hint(string word, IEnumerable<string> known, string before = "")
    {
        if (word.Length is 0 or > LongestWord)
        {
            return "";
        }

        List<string> best = [];
        int bestDistance = Math.Max(1, word.Length / 3);
        foreach (string candidate in known)
        {
            int distance = Distance(word, candidate, bestDistance + 1);
            if (distance < bestDistance)
            {
                best.Clear();
            }

            if (distance <= bestDistance && !best.Contains(candidate))
            {
                best.Add(candidate);
                bestDistance = distance;
            }
        }

        return best.Count == 0 ? "" : $"did you mean {Show.Choice([.. best.Take(MostShown).Select(near => before + near)])}";
    }

    /// <summary>The hint, or <paramref name="otherwise"/> where no known word is near.</summary>
    internal static string HintOr(string word, IEnumerable<string> known, string otherwise) =>
        Hint(word, known) is { Length: > 0 } hint ? hint : otherwise;

    /// <summary>Edits between two words, a swap of neighbours being one and case none; at least <paramref name="limit"/> where it is no less.</summary>
    private static int Distance(string left, string right, int limit)
    {
        if (right.Length > LongestWord || Math.Abs(left.Length - right.Length) >= limit)
        {
            return limit;
        }

        int[] beforeLast = new int[right.Length + 1], last = new int[right.Length + 1], current = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
                }
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[right.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
