using System.Runtime.InteropServices;
using MiniFirewall.Compiler.Connections;

namespace MiniFirewall.Engine.Connections;

/// <summary>
/// The value of the map "connections" (<see cref="ConnectionTable"/>) in memory, while programs change it. A place is a bucket's number
/// times the ways of a bucket, plus the way.
/// </summary>
internal sealed class TableMemory(Memory<byte> value)
{
    internal int Buckets { get; } = ConnectionTable.BucketsOf(value.Length);

    internal int Places => Buckets * ConnectionTable.Ways;

    /// <summary>The hash of the connection at a place; not above <see cref="ConnectionTable.Claimed"/> where there is none.</summary>
    internal uint TagAt(int place) => Volatile.Read(ref MemoryMarshal.AsRef<uint>(value.Span.Slice(HeaderOf(place) + ConnectionTable.Tags + (4 * WayOf(place)), 4)));

    /// <summary>Reads a connection as it is at one moment, whole as far as its ends go; counters may be of a moment later.</summary>
    /// <returns>False where there is none.</returns>
    internal bool TryRead(int place, out Connection connection)
    {
        uint tag = TagAt(place);
        if (tag > ConnectionTable.Claimed)
        {
            Span<byte> copy = stackalloc byte[ConnectionEntry.Size];
            value.Span.Slice(EntryOf(place), ConnectionEntry.Size).CopyTo(copy);
            Thread.MemoryBarrier();
            connection = Connection.Read(copy);
            return TagAt(place) == tag;
        }

        connection = default;
        return false;
    }

    /// <summary>
    /// Ends a connection, and lets its place be given to others first, where it is still the one that was read: its time has not moved since.
    /// </summary>
    internal bool TryEnd(int place, in Connection connection)
    {
        ref ulong expires = ref MemoryMarshal.AsRef<ulong>(value.Span.Slice(EntryOf(place) + ConnectionEntry.Expires, 8));
        if (Interlocked.CompareExchange(ref expires, 0, connection.Expires) != connection.Expires)
        {
            return false;
        }

        Volatile.Write(ref MemoryMarshal.AsRef<uint>(value.Span.Slice(HeaderOf(place) + ConnectionTable.Ranks + (4 * WayOf(place)), 4)), 0);
        return true;
    }

    private static int WayOf(int place) => place % ConnectionTable.Ways;

    private static int HeaderOf(int place) => place / ConnectionTable.Ways * ConnectionTable.HeaderSize;

    private int EntryOf(int place) => ConnectionTable.EntryAt(Buckets, place / ConnectionTable.Ways, WayOf(place));
}
