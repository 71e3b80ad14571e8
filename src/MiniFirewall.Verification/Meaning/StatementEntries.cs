using MiniFirewall.Verification.Structure;

namespace MiniFirewall.Verification.Meaning;

/// <summary>The live entries of all chains, sorted by order: a statement's stand together.</summary>
internal sealed class StatementEntries
{
    private readonly int[] _entries;
    private readonly uint[] _orders;

    internal StatementEntries(EntryTable entries, ChainTable chains)
    {
        var live = new List<int>();
        for (int index = 0; index < entries.Capacity; index++)
        {
            if (entries[index].IsLive && chains.Of(entries[index].Order) >= 0)
            {
                live.Add(index);
            }
        }

        _entries = [.. live];
        _orders = new uint[_entries.Length];
        for (int i = 0; i < _orders.Length; i++)
        {
            _orders[i] = entries[_entries[i]].Order;
        }

        Array.Sort(_orders, _entries);
    }

    internal int Count => _entries.Length;

    /// <summary>Position of the first entry whose order is at least this one.</summary>
    internal int From(uint order)
    {
        int low = 0, high = _orders.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _orders[middle] < order ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    internal uint OrderAt(int position) => _orders[position];

    /// <summary>The entries of the order at the position, which is its first.</summary>
    internal ReadOnlySpan<int> Of(int position)
    {
        int end = position + 1;
        while (end < _orders.Length && _orders[end] == _orders[position])
        {
            end++;
        }

        return _entries.AsSpan(position, end - position);
    }
}
