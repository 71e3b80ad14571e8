namespace MiniFirewall.Engine.Persistence;

/// <summary>
/// The few operations on one directory that keeping rule sets takes, so that what a power cut may leave of them can be told. None of them
/// is durable by itself but the two that say so.
/// </summary>
internal interface IDurableFiles
{
    /// <summary>Names of the files, in no order.</summary>
    IReadOnlyList<string> Names();

    /// <summary>The bytes of a file; null where there is none.</summary>
    byte[]? TryRead(string name);

    /// <summary>Makes a file anew, its owner's only, and waits until its bytes are where a power cut leaves them.</summary>
    void WriteDurably(string name, ReadOnlySpan<byte> bytes);

    /// <summary>Makes a file anew, its owner's only; a power cut may leave any part of it.</summary>
    void Write(string name, ReadOnlySpan<byte> bytes);

    /// <summary>Gives a file another name, in the place of one that has it, at one moment.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file; nothing where there is none.</summary>
    void Remove(string name);

    /// <summary>Waits until the names are where a power cut leaves them.</summary>
    void FlushNames();
}
