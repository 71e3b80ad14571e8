namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>
/// The prefix lengths that tuples of one side may have: those that occur, or where they are many the most frequent, and the
/// least. A prefix belongs to the greatest of them that is not longer than it.
/// </summary>
internal sealed class LengthGrid
{
    private const int Most = 16;

    private readonly int[] _index = new int[129];

    internal LengthGrid(ReadOnlySpan<int> countByLength)
    {
        var occurring = new List<int>();
        for (int length = 0; length < countByLength.Length; length++)
        {
            if (countByLength[length] > 0)
            {
                occurring.Add(length);
            }
        }

        if (occurring.Count > Most)
        {
            int[] counts = countByLength.ToArray();
            int least = occurring[0];
            occurring = [.. occurring.Skip(1).OrderByDescending(l => counts[l]).ThenBy(l => l).Take(Most - 1).Append(least).Order()];
        }

        Lengths = [.. occurring];
        int at = -1;
        for (int length = 0; length <= 128; length++)
        {
            while (at + 1 < Lengths.Length && Lengths[at + 1] <= length)
            {
                at++;
            }

            _index[length] = at;
        }
    }

    internal int[] Lengths { get; }

    internal int Count => Lengths.Length;

    /// <summary>Index of the greatest length not above this one; -1 where there is none.</summary>
    internal int IndexOf(int length) => _index[length];
}
