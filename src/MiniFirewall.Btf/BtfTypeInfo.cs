namespace MiniFirewall.Btf;

/// <summary>The info word of struct btf_type: kind, number of members, and the flag that changes their meaning.</summary>
internal readonly struct BtfTypeInfo(uint word)
{
    /// <summary>Words of struct btf_type: name offset, info, size or type.</summary>
    public const int Words = 3;

    private const byte Unknown = 0xff;

    /// <summary>Members, parameters, values: whatever the kind has several of.</summary>
    public int Count => (int)(word & 0xffff);

    public BtfKind Kind => (BtfKind)((word >> 24) & 0x1f);

    /// <summary>In a struct or union: member offsets hold a bitfield size in their upper eight bits.</summary>
    public bool Flag => word >> 31 != 0;

    /// <summary>Words of the whole type, with what follows struct btf_type; 0 for a kind this reader does not know.</summary>
    public int TotalWords
    {
        get
        {
            byte fixedWords = FixedWords[(int)Kind];
            return fixedWords == Unknown ? 0 : fixedWords + (WordsPerMember[(int)Kind] * Count);
        }
    }

    // By kind: struct btf_type and what always follows it (an int's encoding, an array's struct btf_array, ...).
    private static ReadOnlySpan<byte> FixedWords =>
    [
        Unknown, 4, 3, 6, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 3, 3, 4, 3, 3,
        Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown, Unknown,
    ];

    // A function's count is its linkage, so it has none.
    private static ReadOnlySpan<byte> WordsPerMember =>
        [0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
}
