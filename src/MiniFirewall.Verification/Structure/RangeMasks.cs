namespace MiniFirewall.Verification.Structure;

/// <summary>Bit sets by key; tells which bits every key of a range has (a segment tree over "and").</summary>
internal sealed class RangeMasks
{
    private readonly ulong[] _tree;
    private readonly int _keys;

    /// <param name="masks">One a key; a power of two of them.</param>
    internal RangeMasks(ReadOnlySpan<ulong> masks)
    {
        _keys = masks.Length;
        _tree = new ulong[_keys * 2];
        masks.CopyTo(_tree.AsSpan(_keys));
        for (int i = _keys - 1; i > 0; i--)
        {
            _tree[i] = _tree[i * 2] & _tree[(i * 2) + 1];
        }
    }

    /// <summary>The bits that all keys from <paramref name="low"/> to <paramref name="high"/> have, both included.</summary>
    internal ulong All(int low, int high)
    {
        if (low == 0 && high == _keys - 1)
        {
            return _tree[1];
        }

        ulong all = ulong.MaxValue;
        int left = low + _keys, right = high + _keys + 1;
        for (; left < right; left >>= 1, right >>= 1)
        {
            if ((left & 1) != 0)
            {
                all &= _tree[left++];
            }

            if ((right & 1) != 0)
            {
                all &= _tree[--right];
            }
        }

        return all;
    }
}
