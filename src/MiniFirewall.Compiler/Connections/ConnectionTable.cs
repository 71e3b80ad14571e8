using System.Numerics;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// The map "connections": one value, which programs look into without a call and user space maps. First the headers of all buckets, then
/// their entries, bucket after bucket (<see cref="ConnectionEntry"/>). A connection is in one of three buckets: that of its hash, its
/// neighbour, or one more; a bucket says whether looking goes on after it. All numbers little-endian, offsets in bytes.
/// </summary>
public static class ConnectionTable
{
    /// <summary>Entries a bucket has.</summary>
    public const int Ways = 7;

    /// <summary>A bucket's header, one cache line.</summary>
    public const int HeaderSize = 64;

    /// <summary>u32 for each way: the hash of the entry's tuple, which is above <see cref="Claimed"/>; the two below.</summary>
    public const int Tags = 0;

    /// <summary>The way has no entry; or one that is being written and means nothing yet.</summary>
    public const uint Free = 0, Claimed = 1;

    /// <summary>u32: not 0 once a connection of this bucket had no room in it.</summary>
    public const int Overflowed = 28;

    /// <summary>
    /// u32 for each way: who goes first where there is no room. The upper two bits are 0 for a connection that has no answer yet, 1 for
    /// an answered one, 2 for an assured one; the others are the tick at which it ends, divided by 256.
    /// </summary>
    public const int Ranks = 32;

    public const int TickShift = 8, ClassShift = 30;

    /// <summary>Of a table where nothing else was asked for: 229,376 connections in 46 MB.</summary>
    public const int DefaultBuckets = 1 << 15;

    /// <summary>2^18 buckets are 1.8 million connections in 369 MB; offsets into a map's value end at 512 MB (BPF_MAX_VAR_OFF).</summary>
    public const int MostBuckets = 1 << 18, FewestBuckets = 1 << 7;

    /// <summary>Beyond the last entry is room for one more: programs compute with eight ways.</summary>
    public static int Size(int buckets) => (buckets * (HeaderSize + (Ways * ConnectionEntry.Size))) + ConnectionEntry.Size;

    /// <summary>The fewest buckets that have room for so many connections.</summary>
    public static int BucketsFor(int connections) => Math.Clamp((int)BitOperations.RoundUpToPowerOf2(((uint)connections + Ways - 1) / Ways), FewestBuckets, MostBuckets);

    /// <summary>The three buckets that a connection with this tag can be in, in the order of looking.</summary>
    public static (int First, int Neighbour, int Other) BucketsOf(uint tag, int buckets)
    {
        int first = (int)(tag >> TupleHash.BucketShift) & (buckets - 1);
        return (first, (first ^ 1) & (buckets - 1), (int)((tag * (ulong)TupleHash.OtherBucketFactor) >> TupleHash.OtherBucketShift) & (buckets - 1));
    }

    /// <summary>A way of a bucket as one number; the low three bits are the way.</summary>
    public static int Place(int bucket, int way) => (bucket << 3) | way;

    /// <summary>How many buckets a map's value of so many bytes has.</summary>
    public static int BucketsOf(int size) => size / (HeaderSize + (Ways * ConnectionEntry.Size));

    /// <summary>Where an entry is.</summary>
    public static int EntryAt(int buckets, int bucket, int way) => (buckets * HeaderSize) + (((bucket * Ways) + way) * ConnectionEntry.Size);
}
