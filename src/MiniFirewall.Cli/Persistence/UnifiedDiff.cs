using System.Globalization;

namespace MiniFirewall.Cli.Persistence;

/// <summary>The difference of two texts as diff -u prints it: the shortest way from one to the other, with three lines around each change.</summary>
internal sealed class UnifiedDiff
{
    private const int Around = 3;

    private readonly string[] _before;
    private readonly string[] _after;

    private UnifiedDiff(string[] before, string[] after) => (_before, _after) = (before, after);

    /// <summary>One line of the way: its indexes in both texts; ' ', '-' or '+'.</summary>
    private readonly record struct Edit(char Kind, int Before, int After);

    /// <summary>The lines; none where the texts are equal.</summary>
    internal static IReadOnlyList<string> Of(string nameBefore, string before, string nameAfter, string after)
    {
        var diff = new UnifiedDiff(Lines(before), Lines(after));
        List<Edit> edits = diff.Edits();
        return edits.TrueForAll(edit => edit.Kind == ' ') ? [] : [$"--- {nameBefore}", $"+++ {nameAfter}", .. diff.Hunks(edits)];
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');

    private IEnumerable<string> Hunks(List<Edit> edits)
    {
        for (int at = edits.FindIndex(edit => edit.Kind != ' '); at >= 0;)
        {
            int last = at, next = at;
            while (next >= 0 && next - last <= 2 * Around)
            {
                last = next;
                next = edits.FindIndex(last + 1, edit => edit.Kind != ' ');
            }

            int from = Math.Max(at - Around, 0), to = Math.Min(last + Around + 1, edits.Count);
            foreach (string line in Hunk(edits.GetRange(from, to - from)))
            {
                yield return line;
            }

            at = next;
        }
    }

    private IEnumerable<string> Hunk(List<Edit> edits)
    {
        int before = edits.Count(edit => edit.Kind != '+'), after = edits.Count(edit => edit.Kind != '-');
        yield return $"@@ -{Range(edits[0].Before, before)} +{Range(edits[0].After, after)} @@";
        foreach (Edit edit in edits)
        {
            yield return edit.Kind + (edit.Kind == '+' ? _after[edit.After] : _before[edit.Before]);
        }
    }

    private static string Range(int start, int count) => string.Create(CultureInfo.InvariantCulture, $"{(count == 0 ? start : start + 1)},{count}");

    /// <summary>What the texts begin and end with alike is left out of the search, which takes time and memory by what differs.</summary>
    private List<Edit> Edits()
    {
        int head = _before.AsSpan().CommonPrefixLength(_after), most = Math.Min(_before.Length, _after.Length) - head, tail = 0;
        while (tail < most && _before[^(tail + 1)] == _after[^(tail + 1)])
        {
            tail++;
        }

        List<Edit> edits = [.. Enumerable.Range(0, head).Select(i => new Edit(' ', i, i))];
        edits.AddRange(Middle(head, _before.Length - tail, _after.Length - tail));
        edits.AddRange(Enumerable.Range(0, tail).Select(i => new Edit(' ', _before.Length - tail + i, _after.Length - tail + i)));
        return edits;
    }

    /// <summary>Myers' greedy search (1986): how far each diagonal gets with so many changes.</summary>
    private List<Edit> Middle(int start, int beforeEnd, int afterEnd)
    {
        int before = beforeEnd - start, after = afterEnd - start, most = before + after;
        var reach = new int[(2 * most) + 3];
        var trace = new List<int[]>();
        for (int changes = 0; changes <= most; changes++)
        {
            trace.Add(reach[(most - changes)..(most + changes + 3)]);
            for (int diagonal = -changes; diagonal <= changes; diagonal += 2)
            {
                int x = IsDown(reach, most + 1, diagonal, changes) ? reach[most + 2 + diagonal] : reach[most + diagonal] + 1;
                while (x < before && x - diagonal < after && _before[start + x] == _after[start + x - diagonal])
                {
                    x++;
                }

                reach[most + 1 + diagonal] = x;
                if (x >= before && x - diagonal >= after)
                {
                    return WayBack(trace, start, before, after);
                }
            }
        }

        return [];
    }

    /// <summary>Whether the best way to a diagonal adds a line, and does not take one out.</summary>
    private static bool IsDown(int[] reach, int zero, int diagonal, int changes) =>
        diagonal == -changes || (diagonal != changes && reach[zero + diagonal - 1] < reach[zero + diagonal + 1]);

    private static List<Edit> WayBack(List<int[]> trace, int start, int before, int after)
    {
        var edits = new List<Edit>();
        (int x, int y) = (before, after);
        for (int changes = trace.Count - 1; changes >= 0; changes--)
        {
            int zero = changes + 1, diagonal = x - y;
            int previous = IsDown(trace[changes], zero, diagonal, changes) ? diagonal + 1 : diagonal - 1;
            int previousX = changes == 0 ? 0 : trace[changes][zero + previous], previousY = changes == 0 ? 0 : previousX - previous;
            while (x > previousX && y > previousY)
            {
                edits.Add(new(' ', start + --x, start + --y));
            }

            if (changes > 0)
            {
                edits.Add(x == previousX ? new('+', start + x, start + --y) : new('-', start + --x, start + y));
            }
        }

        edits.Reverse();
        return edits;
    }
}
