using MiniFirewall.Compiler.Connections;

namespace MiniFirewall.Compiler.Questions.Counting;

/// <summary>The frame of the function that counts connections, which the walk's turns get a pointer to. Places from its bottom, in bytes.</summary>
internal static class CountFrame
{
    /// <summary>The tuple of the packet's connection, and the key of the segment that is looked at (<see cref="CountLayout"/>).</summary>
    internal const int Tuple = 0, MapKey = ConnectionTuple.Size;

    /// <summary>u64: a pointer to the segment that the walk is in; and behind the walk, how many there were before it (<see cref="CountLayout.Walked"/>).</summary>
    internal const int Segment = MapKey + CountLayout.KeySize, Known = Segment;

    /// <summary>u32 each: the tick, and the processor.</summary>
    internal const int Now = Segment + 8, Processor = Now + 4;

    /// <summary>u32 each: how many live; one more than a free place; not 0 where the packet's own connection is in the list.</summary>
    internal const int Count = Processor + 4, FreeSlot = Count + 4, HasOwn = FreeSlot + 4;

    /// <summary>u32: <see cref="Unknown"/>, <see cref="Remembered"/>, or above it.</summary>
    internal const int Stage = HasOwn + 4;

    /// <summary>What the table of connections has of the packet's: nothing, or that; it is assured where the number is higher.</summary>
    internal const int Unknown = 0, Remembered = 1;

    /// <summary>u64: the list's end and changes before the walk.</summary>
    internal const int End = Stage + 4;

    /// <summary>u32 each: one more than the last place in use; not 0 where there is a segment.</summary>
    internal const int Last = End + 8, IsThere = Last + 4;

    internal const int Bytes = IsThere + 4 - QuestionFunction.StackTop;
}
