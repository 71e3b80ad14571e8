namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// The map "connections": one value, which programs look into without a call and user space maps. First the headers of all buckets, then
/// their entries, bucket after bucket (<see cref="ConnectionEntry"/>). The buckets are three levels, each eight times the one before: a
/// few connections are a few pages, which is what looking them up costs. A connection is in its bucket of the first level, of the
/// second, or in one of four of the third; a bucket says whether looking goes on after it. All numbers little-endian, offsets in bytes.
/// </summary>
public static class ConnectionTable
{
    /// <summary>Entries a bucket has.</summary>
    public const int Ways = 7;

    /// <summary>
    /// Ways of a bucket of the last level that are taken before those of the next choice are looked at; the others are for those who find
    /// none so. Buckets then fill evenly: three quarters of all places are taken before somebody finds none, not half.
    /// </summary>
    internal const int UsualWays = 5;

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
    /// an answered one, 2 and 3 for an assured one; the others are the tick at which it ends, divided by 256.
    /// </summary>
    public const int Ranks = 32;

    public const int TickShift = 8, ClassShift = 30;

    /// <summary>Buckets of the last level times this, divided by 64, are the buckets of all levels.</summary>
    public const int LevelSum = 64 + 8 + 1;

    /// <summary>Of a table where nothing else was asked for: 130,816 connections in 26 MB.</summary>
    public const int DefaultBuckets = LevelSum << 8;

    /// <summary>The largest table has 2.1 million connections in 421 MB: offsets into a map's value end at 512 MB (BPF_MAX_VAR_OFF).</summary>
    public const int MostBuckets = LevelSum << 12, FewestBuckets = LevelSum << 1;

    /// <summary>Of the layout of entries.</summary>
    private const int Version = 1;

    private const int BucketSize = HeaderSize + (Ways * ConnectionEntry.Size);

    /// <summary>The buckets of a level: the number of the first one, and how many, a power of two.</summary>
    /// <param name="buckets">Of all levels: <see cref="LevelSum"/> times a power of two.</param>
    /// <param name="level">0, 1 or 2.</param>
    public static (int First, int Count) Level(int buckets, int level)
    {
        int last = buckets / LevelSum * 64;
        return level switch
        {
            0 => (0, last / 64),
            1 => (last / 64, last / 8),
            _ => ((last / 64) + (last / 8), last),
        };
    }

    /// <summary>Beyond the last entry is room for one more: programs compute with eight ways. What is above that tells layouts apart.</summary>
    public static int Size(int buckets) => (buckets * BucketSize) + ConnectionEntry.Size + (Version * HeaderSize);

    /// <summary>Whether a map's value of so many bytes is a table of this layout.</summary>
    public static bool IsSize(int size) => size == Size(BucketsOf(size));

    /// <summary>How many entries there are; connections that are open take some three quarters of them before one finds no place.</summary>
    public static int PlacesOf(int buckets) => buckets * Ways;

    /// <summary>The fewest buckets with so many places.</summary>
    public static int BucketsFor(int connections)
    {
        int buckets = FewestBuckets;
        while (PlacesOf(buckets) < connections && buckets < MostBuckets)
        {
            buckets *= 2;
        }

        return buckets;
    }

    /// <summary>The buckets that a connection with this tag can be in, in the order of looking.</summary>
    public static IEnumerable<int> BucketsOf(uint tag, int buckets) => Enumerable.Range(0, TupleHash.Choices).Select(choice => TupleHash.BucketOf(choice, tag, buckets));

    /// <summary>The way of that bucket in which it is looked for first.</summary>
    /// <param name="choice">Which of <see cref="BucketsOf(uint, int)"/>.</param>
    public static int WayOf(int choice, uint tag) => TupleHash.WayOf(choice, tag);

    /// <summary>A way of a bucket as one number; the low three bits are the way.</summary>
    public static int Place(int bucket, int way) => (bucket << 3) | way;

    /// <summary>How many buckets a map's value of so many bytes has.</summary>
    public static int BucketsOf(int size) => size / BucketSize;

    /// <summary>Where an entry is.</summary>
    public static int EntryAt(int buckets, int bucket, int way) => (buckets * HeaderSize) + (((bucket * Ways) + way) * ConnectionEntry.Size);
}
