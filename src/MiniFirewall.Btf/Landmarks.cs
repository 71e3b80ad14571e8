namespace MiniFirewall.Btf;

/// <summary>Where every sixty-fourth type starts: types are of different lengths, and reached by walking from the nearest.</summary>
internal sealed class Landmarks
{
    private const int Shift = 6;

    private readonly List<int> _starts = [];

    /// <summary>Number of types, void not counted.</summary>
    public int Count { get; private set; }

    /// <summary>Walks all types once; a type that is cut short or of an unknown kind is refused here.</summary>
    public static Landmarks Of(BtfBlob blob)
    {
        var marks = new Landmarks();
        ReadOnlySpan<uint> types = blob.Types;
        int at = 0;
        int index = 0;
        for (; at <= types.Length - BtfTypeInfo.Words; index++)
        {
            if ((index & ((1 << Shift) - 1)) == 0)
            {
                marks._starts.Add(at);
            }

            int words = new BtfTypeInfo(types[at + 1]).TotalWords;
            if (words == 0)
            {
                throw new BtfException($"BTF type {index + 1} is of the unknown kind {(int)new BtfTypeInfo(types[at + 1]).Kind}");
            }

            at += words;
        }

        marks.Count = index;
        return at == types.Length ? marks : throw new BtfException($"BTF type {index} is cut short");
    }

    /// <summary>The word at which a type starts.</summary>
    public int StartOf(BtfBlob blob, uint id)
    {
        if (id == 0 || id > Count)
        {
            throw new BtfException($"BTF names type {id} where a type of 1 to {Count} must be");
        }

        int index = (int)id - 1;
        int at = _starts[index >> Shift];
        for (int walked = index & ~((1 << Shift) - 1); walked < index; walked++)
        {
            at += new BtfTypeInfo(blob.Types[at + 1]).TotalWords;
        }

        return at;
    }
}
