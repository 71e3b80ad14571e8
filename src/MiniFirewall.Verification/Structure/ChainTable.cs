using System.Collections.Immutable;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Structure;

/// <summary>The chains' rows by their orders.</summary>
internal sealed class ChainTable
{
    private readonly ChainRow[] _byFirst;

    private ChainTable(ChainRow[] byFirst) => _byFirst = byFirst;

    /// <summary>Chains by their first order.</summary>
    internal ReadOnlySpan<ChainRow> Rows => _byFirst;

    /// <summary>
    /// Reads the rows of the chains named; findings where a number is out of bounds or given twice, or where two chains
    /// share an order: then it would not say which statement it is.
    /// </summary>
    internal static ChainTable Read(ImageBytes image, ImmutableDictionary<string, int> chains, IEnumerable<string> names, Findings findings)
    {
        var rows = new List<ChainRow>();
        var numbers = new HashSet<int>();
        foreach (string name in names)
        {
            if (!chains.TryGetValue(name, out int number) || number < 0 || number >= image.Capacity.Chains)
            {
                findings.Add(name, Policy.Origin.None, "the image has no such chain", "chains");
            }
            else if (!numbers.Add(number))
            {
                findings.Add(name, Policy.Origin.None, "another chain has the same number", $"chain {number}");
            }
            else
            {
                rows.Add(ChainRow.Read(image, name, number));
            }
        }

        ChainRow[] byFirst = [.. rows.OrderBy(row => row.First).ThenBy(row => row.End)];
        CheckOrders(byFirst, findings);
        return new(byFirst);
    }

    /// <summary>Index in <see cref="Rows"/> of the chain that owns the order; -1 where none does.</summary>
    internal int Of(uint order)
    {
        int low = 0, high = _byFirst.Length - 1, found = -1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (_byFirst[middle].First <= order)
            {
                found = middle;
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        // An empty chain owns nothing and may stand at the first order of another one.
        while (found >= 0 && _byFirst[found].First == _byFirst[found].End)
        {
            found--;
        }

        return found >= 0 && order < _byFirst[found].End ? found : -1;
    }

    private static void CheckOrders(ChainRow[] rows, Findings findings)
    {
        uint end = 0;
        foreach (ChainRow row in rows)
        {
            if (row.First > row.End)
            {
                findings.Add(row.Name, Policy.Origin.None, $"its orders run from {row.First} to {row.End}", $"chain {row.Number}");
            }
            else if (row.First < row.End && row.First < end)
            {
                findings.Add(row.Name, Policy.Origin.None, $"order {row.First} is another chain's too", $"chain {row.Number}");
            }

            end = Math.Max(end, row.End);
        }
    }
}
