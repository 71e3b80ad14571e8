namespace MiniFirewall.Testing.Guide;

/// <summary>Compares what a command printed with what the guide says.</summary>
public static class ExpectedOutput
{
    private const string AnyLines = "...", AnyText = "…";

    /// <summary>Whether the lines are as expected; blanks at the ends of lines do not count.</summary>
    public static bool Fits(IReadOnlyList<string> expected, IReadOnlyList<string> actual) => Fits(expected, 0, actual, 0);

    private static bool Fits(IReadOnlyList<string> expected, int e, IReadOnlyList<string> actual, int a)
    {
        for (; e < expected.Count && expected[e] != AnyLines; e++, a++)
        {
            if (a == actual.Count || !LineFits(expected[e].TrimEnd(), actual[a].TrimEnd()))
            {
                return false;
            }
        }

        if (e == expected.Count)
        {
            return a == actual.Count;
        }

        return Enumerable.Range(a, actual.Count - a + 1).Any(next => Fits(expected, e + 1, actual, next));
    }

    private static bool LineFits(string expected, string actual)
    {
        string[] parts = expected.Split(AnyText);
        if (parts.Length == 1)
        {
            return expected == actual;
        }

        // Each part at its first place behind the one before; the last at the end.
        int at = parts[0].Length;
        if (!actual.StartsWith(parts[0], StringComparison.Ordinal))
        {
            return false;
        }

        foreach (string part in parts[1..^1])
        {
            int found = actual.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + part.Length;
        }

        return actual.Length - at >= parts[^1].Length && actual.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}
