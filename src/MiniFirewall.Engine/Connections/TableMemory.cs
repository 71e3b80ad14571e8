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
    internal uint TagAt(int place) => Volatile.Read(ref TagRef(place));

    /// <summary>Reads a connection as it is at one moment, whole as far as its ends go; counters may be of a moment later.</summary>
    /// <returns>False where there is none.</returns>
    internal bool TryRead(int place, out Connection connection)
    {
        uint tag = TagAt(place);
        if (tag > ConnectionTable.Claimed)
        {
            Span<byte> copy = stackalloc byte[ConnectionEntry.Size];
            CopyEntry(place, copy);
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
        ref ulong expires = ref ExpiresRef(place);
        if (Interlocked.CompareExchange(ref expires, 0, connection.Expires) != connection.Expires)
        {
            return false;
        }

        WriteRank(place, 0);
        return true;
    }

    /// <summary>Copies an entry as it is at one moment; its tag, or 0 where there is none or it was just given to another one.</summary>
    internal uint TryCopy(int place, Span<byte> copy)
    {
        uint tag = TagAt(place);
        CopyEntry(place, copy);
        Thread.MemoryBarrier();
        return tag > ConnectionTable.Claimed && TagAt(place) == tag ? tag : ConnectionTable.Free;
    }

    /// <summary>Who goes first where there is no room.</summary>
    internal uint Rank(int place) => Volatile.Read(ref RankAt(place));

    /// <summary>The place of the entry with a tuple; -1 where there is none.</summary>
    internal int Find(uint tag, ReadOnlySpan<byte> entry)
    {
        Span<byte> copy = stackalloc byte[ConnectionEntry.Size];
        foreach (int place in PlacesFor(tag))
        {
            if (TryCopy(place, copy) == tag && HasSameTuple(copy, entry))
            {
                return place;
            }
        }

        return -1;
    }

    /// <summary>
    /// Puts an entry where it will be found, as programs do it (Compiler/Connections/MakeFunction.cs), but pushes no connection out.
    /// </summary>
    /// <returns>Its place; -1 where there is no room for it.</returns>
    internal int TryInsert(uint tag, ReadOnlySpan<byte> entry, uint rank)
    {
        foreach ((int bucket, int first, int count) in ConnectionTable.AttemptsFor(tag, Buckets))
        {
            for (int i = 0; i < count; i++)
            {
                int place = (bucket * ConnectionTable.Ways) + ((first + i) % ConnectionTable.Ways);
                ref uint there = ref TagRef(place);
                if (Interlocked.CompareExchange(ref there, ConnectionTable.Claimed, ConnectionTable.Free) == ConnectionTable.Free)
                {
                    WriteRank(place, rank);
                    for (int at = 0; at < ConnectionEntry.Size; at += ConnectionEntry.LineSize)
                    {
                        entry.Slice(at, ConnectionEntry.LineSize).CopyTo(Part(place, at, ConnectionEntry.LineSize));
                    }

                    Volatile.Write(ref there, tag);
                    return place;
                }
            }

            Volatile.Write(ref MemoryMarshal.AsRef<uint>(value.Span.Slice((bucket * ConnectionTable.HeaderSize) + ConnectionTable.Overflowed, 4)), 1);
        }

        return -1;
    }

    /// <summary>Writes an entry over one with the same tuple.</summary>
    internal void Overwrite(int place, ReadOnlySpan<byte> entry, uint rank)
    {
        for (int at = 0; at < ConnectionEntry.Size; at += 8)
        {
            if (ConnectionEntry.TuplePartAt(at) is null)
            {
                entry.Slice(at, 8).CopyTo(Part(place, at, 8));
            }
        }

        WriteRank(place, rank);
    }

    /// <summary>Takes an entry out of a table that nobody else looks into.</summary>
    internal void Free(int place) => Volatile.Write(ref TagRef(place), ConnectionTable.Free);

    /// <summary>
    /// Takes connections that have ended out, so that nobody finds them any more: a packet over the loopback device that comes in is what
    /// the entry says, ended or not.
    /// </summary>
    /// <param name="begun">A tick; later ones are being made perhaps, and are left.</param>
    internal void RemoveEnded(ulong begun)
    {
        for (int place = 0; place < Places; place++)
        {
            uint tag = TagAt(place);
            if (IsEnded(place, begun) && Interlocked.CompareExchange(ref TagRef(place), ConnectionTable.Free, tag) == tag && !IsEnded(place, begun, whateverTag: true))
            {
                // A packet has just begun the same connection anew, in its old place.
                Interlocked.CompareExchange(ref TagRef(place), tag, ConnectionTable.Free);
            }
        }
    }

    private static bool HasSameTuple(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        for (int part = 0; part < ConnectionTuple.Size; part += 8)
        {
            int at = ConnectionEntry.Of(part);
            if (!one.Slice(at, 8).SequenceEqual(other.Slice(at, 8)))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsEnded(int place, ulong begun, bool whateverTag = false)
    {
        if (!whateverTag && TagAt(place) <= ConnectionTable.Claimed)
        {
            return false;
        }

        ulong expires = Volatile.Read(ref ExpiresRef(place)), begins = MemoryMarshal.Read<ulong>(Part(place, ConnectionEntry.Begins, 8));
        return expires == 0 && begins != 0 && begins <= begun;
    }

    private IEnumerable<int> PlacesFor(uint tag) => ConnectionTable.BucketsOf(tag, Buckets)
        .SelectMany(bucket => Enumerable.Range(bucket * ConnectionTable.Ways, ConnectionTable.Ways));

    private ref uint TagRef(int place) =>
        ref MemoryMarshal.AsRef<uint>(value.Span.Slice(HeaderOf(place) + ConnectionTable.Tags + (4 * WayOf(place)), 4));

    private void WriteRank(int place, uint rank) => Volatile.Write(ref RankAt(place), rank);

    private ref uint RankAt(int place) =>
        ref MemoryMarshal.AsRef<uint>(value.Span.Slice(ConnectionTable.RanksAt(Buckets) + HeaderOf(place) + (4 * WayOf(place)), 4));

    private static int WayOf(int place) => place % ConnectionTable.Ways;

    private static int HeaderOf(int place) => place / ConnectionTable.Ways * ConnectionTable.HeaderSize;

    private ref ulong ExpiresRef(int place) => ref MemoryMarshal.AsRef<ulong>(Part(place, ConnectionEntry.Expires, 8));

    private void CopyEntry(int place, Span<byte> copy)
    {
        for (int at = 0; at < ConnectionEntry.Size; at += ConnectionEntry.LineSize)
        {
            Part(place, at, ConnectionEntry.LineSize).CopyTo(copy[at..]);
        }
    }

    /// <summary>Bytes of one line of an entry.</summary>
    private Span<byte> Part(int place, int at, int size) => value.Span.Slice(ConnectionTable.PartAt(Buckets, place / ConnectionTable.Ways, WayOf(place), at), size);
}
