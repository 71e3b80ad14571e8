namespace MiniFirewall.Compiler.Classifier.Image;

/// <summary>
/// An op of a residual or full program, 32 bytes: u8 kind, u8 key offset, u16 on true, u16 on false, u16 argument, u64 mask,
/// u64 low, u64 span. Execution starts at the program's first op; an op leads to the one that many ops on (at least 1),
/// or to one of three ends. Op 0 of an image belongs to no program: 0 means "no program".
/// </summary>
public static class OpFormat
{
    public const int Size = 32;
    public const int Kind = 0, Offset = 1, OnTrue = 2, OnFalse = 4, Argument = 6, Mask = 8, Low = 16, Span = 24;

    /// <summary>Ends: the statement matches, does not, or the packet is dropped as invalid.</summary>
    public const ushort Match = 0xffff, Miss = 0xfffe, Invalid = 0xfffd;

    /// <summary>Jumps from here up are ends.</summary>
    public const ushort FirstEnd = 0xfff0;
}

/// <summary>What an op asks.</summary>
public enum OpKind : byte
{
    /// <summary>((eight bytes of the packet key at Offset &amp; Mask) - Low) &lt;= Span, unsigned.</summary>
    Field = 0,

    /// <summary>The packet's protocol is the entry's, or the entry has none.</summary>
    EntryProtocol = 1,

    /// <summary>The source port lies in the entry's range.</summary>
    EntrySourcePort = 2,

    /// <summary>The destination port lies in the entry's range.</summary>
    EntryDestinationPort = 3,

    /// <summary>Always true.</summary>
    Always = 4,

    /// <summary>The packet is in a set: Low is which and by what fields (<see cref="Sets.SetLayout.What"/>).</summary>
    Set = 5,

    /// <summary>The answer to a question is yes: Argument is the number of its code, Mask the code's hash, Low what the code is told.</summary>
    Question = 6,
}
