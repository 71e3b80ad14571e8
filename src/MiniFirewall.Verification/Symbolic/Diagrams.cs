namespace MiniFirewall.Verification.Symbolic;

/// <summary>
/// Reduced ordered decision diagrams over numbered yes-or-no variables: equal functions have the same number. 0 is
/// "never", 1 is "always". R. E. Bryant, Graph-based algorithms for Boolean function manipulation, 1986.
/// </summary>
internal sealed class Diagrams
{
    internal const int Never = 0, Always = 1;

    /// <summary>More nodes than any sensible statement needs.</summary>
    private const int Limit = 1 << 23;
    private const int CacheSize = 1 << 17;
    private const int Terminal = int.MaxValue;

    private Node[] _nodes = new Node[1 << 12];
    private int[] _buckets = new int[1 << 13];
    private int _count = 2;
    private readonly Answer[] _cache = new Answer[CacheSize];

    private record struct Node(int Variable, int No, int Yes, int NextInBucket);

    private record struct Answer(int If, int Then, int Else, int Result);

    internal Diagrams()
    {
        _nodes[Never] = _nodes[Always] = new Node(Terminal, 0, 0, 0);
    }

    internal int NodeCount => _count;

    /// <summary>Forgets all diagrams; numbers given out before are void.</summary>
    internal void Clear()
    {
        _count = 2;
        Array.Clear(_buckets);
        Array.Clear(_cache);
    }

    /// <summary>The variable itself.</summary>
    internal int Variable(int variable) => Make(variable, Never, Always);

    internal int Not(int f) => IfThenElse(f, Never, Always);

    internal int And(int f, int g) => IfThenElse(f, g, Never);

    internal int Or(int f, int g) => IfThenElse(f, Always, g);

    internal int AndNot(int f, int g) => IfThenElse(g, Never, f);

    /// <exception cref="TooComplexException">The diagrams have become too large.</exception>
    internal int IfThenElse(int f, int g, int h)
    {
        if (f == Always || g == h)
        {
            return g;
        }

        if (f == Never)
        {
            return h;
        }

        if (g == Always && h == Never)
        {
            return f;
        }

        ref Answer answer = ref _cache[Hash(f, g, h) & (CacheSize - 1)];
        if (answer.If == f && answer.Then == g && answer.Else == h)
        {
            return answer.Result;
        }

        int top = Math.Min(_nodes[f].Variable, Math.Min(_nodes[g].Variable, _nodes[h].Variable));
        int no = IfThenElse(NoOf(f, top), NoOf(g, top), NoOf(h, top));
        int yes = IfThenElse(YesOf(f, top), YesOf(g, top), YesOf(h, top));
        int result = Make(top, no, yes);
        _cache[Hash(f, g, h) & (CacheSize - 1)] = new(f, g, h, result);
        return result;
    }

    /// <summary>The variables' values on one way to "always": null where there is none. Variables that are not there do not matter.</summary>
    internal Dictionary<int, bool>? Witness(int f)
    {
        if (f == Never)
        {
            return null;
        }

        var values = new Dictionary<int, bool>();
        while (f != Always)
        {
            Node node = _nodes[f];
            bool value = node.No == Never;
            values.Add(node.Variable, value);
            f = value ? node.Yes : node.No;
        }

        return values;
    }

    private int NoOf(int f, int variable) => _nodes[f].Variable == variable ? _nodes[f].No : f;

    private int YesOf(int f, int variable) => _nodes[f].Variable == variable ? _nodes[f].Yes : f;

    /// <summary>The node "variable ? yes : no", made once. All variables of both are behind this one.</summary>
    internal int Make(int variable, int no, int yes)
    {
        if (no == yes)
        {
            return no;
        }

        int bucket = Hash(variable, no, yes) & (_buckets.Length - 1);
        for (int at = _buckets[bucket]; at != 0; at = _nodes[at].NextInBucket)
        {
            if (_nodes[at].Variable == variable && _nodes[at].No == no && _nodes[at].Yes == yes)
            {
                return at;
            }
        }

        return Append(variable, no, yes, bucket);
    }

    private int Append(int variable, int no, int yes, int bucket)
    {
        if (_count == _nodes.Length)
        {
            Grow();
            bucket = Hash(variable, no, yes) & (_buckets.Length - 1);
        }

        int index = _count++;
        _nodes[index] = new(variable, no, yes, _buckets[bucket]);
        _buckets[bucket] = index;
        return index;
    }

    private void Grow()
    {
        if (_count >= Limit)
        {
            throw new TooComplexException();
        }

        Array.Resize(ref _nodes, _nodes.Length * 2);
        _buckets = new int[_buckets.Length * 2];
        for (int i = 2; i < _count; i++)
        {
            int bucket = Hash(_nodes[i].Variable, _nodes[i].No, _nodes[i].Yes) & (_buckets.Length - 1);
            _nodes[i].NextInBucket = _buckets[bucket];
            _buckets[bucket] = i;
        }
    }

    private static int Hash(int a, int b, int c)
    {
        ulong h = unchecked(((ulong)(uint)a * 0x9E3779B97F4A7C15) + ((ulong)(uint)b * 0xC2B2AE3D27D4EB4F) + ((ulong)(uint)c * 0x165667B19E3779F9));
        return (int)((h ^ (h >> 29)) >> 8);
    }
}

/// <summary>A question needs more decision nodes than there may be.</summary>
internal sealed class TooComplexException() : Exception("more decision nodes than the limit");
