using System.Runtime.InteropServices;

namespace MiniFirewall.Engine.State.Store;

/// <summary>
/// The word that says which of a generation's rules are in force: those that begin at it or before and end after it. It is 1
/// when the generation is made; one aligned write of eight bytes puts a change in force. In a map of its own, mapped into memory.
/// </summary>
internal sealed class EpochWord(Memory<byte> word)
{
    /// <summary>The epoch that a generation begins with.</summary>
    internal const uint First = 1;

    /// <summary>Bytes of the map's one value; the word stands at its start.</summary>
    internal const int Size = 64;

    internal uint Value
    {
        get => (uint)Volatile.Read(in MemoryMarshal.AsRef<ulong>(word.Span));
        set => Volatile.Write(ref MemoryMarshal.AsRef<ulong>(word.Span), value);
    }
}
