namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// The map "connections": one value, which programs look into without a call and user space maps. First the headers of all buckets, then
/// the ranks of their entries, then all first lines of these, all second and all third ones (<see cref="ConnectionEntry"/>): what a
/// packet needs of many connections is in few pages and few cache lines. The buckets are three levels, each some eight times the one
/// before: a few connections are a few pages, which is what looking them up costs. A connection is in its bucket of the first level, of
/// the second, or in one of four of the third; a bucket says whether looking goes on after it. All numbers little-endian, offsets in bytes.
/// </summary>
public static class ConnectionTable
{
    /// <summary>Entries a bucket has.</summary>
    public const int Ways = 7;

    /// <summary>A bucket's header; its ranks have as much.</summary>
    public const int HeaderSize = 32;

    /// <summary>u32 for each way: the hash of the entry's tuple, which is above <see cref="Claimed"/>; the two below.</summary>
    public const int Tags = 0;

    /// <summary>The way has no entry; or one that is being written and means nothing yet.</summary>
    public const uint Free = 0, Claimed = 1;

    /// <summary>u32: not 0 once a connection that may be in this bucket has gone on.</summary>
    public const int Overflowed = 28;

    public const int TickShift = 8, ClassShift = 30;

    /// <summary>Of so many buckets one is of the first level; and one of the second.</summary>
    private const int FirstShare = 64, SecondShare = 8;

    /// <summary>Of a table where nothing else was asked for: 130,816 connections in 26 MB.</summary>
    public const int DefaultBuckets = FewestBuckets << 7;

    /// <summary>The largest table has 2.1 million connections in 421 MB: offsets into a map's value end at 512 MB (BPF_MAX_VAR_OFF).</summary>
    public const int MostBuckets = FewestBuckets << 11, FewestBuckets = 146;

    /// <summary>Of the layout of entries.</summary>
    private const int Version = 2;

    private const int BucketSize = (2 * HeaderSize) + (Ways * ConnectionEntry.Size);

    /// <summary>The buckets of a level: the number of the first one, and how many.</summary>
    /// <param name="buckets">Of all levels.</param>
    /// <param name="level">0, 1 or 2.</param>
    public static (int First, int Count) Level(int buckets, int level)
    {
        int first = buckets / FirstShare, second = buckets / SecondShare;
        return level switch
        {
            0 => (0, first),
            1 => (first, second),
            _ => (first + second, buckets - first - second),
        };
    }

    /// <summary>What is above the last line tells layouts apart.</summary>
    public static int Size(int buckets) => LineAt(buckets, 0, 0, ConnectionEntry.Lines) + (Version * ConnectionEntry.LineSize);

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

    /// <summary>
    /// Where a connection with this tag goes if there is room: ways of a bucket, from one of them on, as many as are said. A bucket that has none of
    /// them says that looking goes on. On the last level the most likely ways of all its buckets come before any other.
    /// </summary>
    public static IEnumerable<(int Bucket, int Way, int Count)> AttemptsFor(uint tag, int buckets)
    {
        int likely = TupleHash.WayOf(tag);
        int[] choices = [.. BucketsOf(tag, buckets)];
        return choices.Select((bucket, choice) => (bucket, likely, choice < TupleHash.FirstOfLast ? Ways : 1))
            .Concat(choices[TupleHash.FirstOfLast..].Select(bucket => (bucket, likely, Ways)));
    }

    /// <summary>A way of a bucket as one number; the low three bits are the way.</summary>
    public static int Place(int bucket, int way) => (bucket << 3) | way;

    /// <summary>How many buckets a map's value of so many bytes has.</summary>
    public static int BucketsOf(int size) => size / BucketSize;

    /// <summary>
    /// Where the ranks are, u32 for each way of each bucket: who goes first where there is no room. The upper two bits are 0 for a connection that has
    /// no answer yet, 1 for an answered one, 2 and 3 for an assured one; the others are the tick at which it ends, divided by 256. So far is also
    /// each rank from its tag.
    /// </summary>
    public static int RanksAt(int buckets) => buckets * HeaderSize;

    /// <summary>Where a line of an entry is.</summary>
    internal static int LineAt(int buckets, int bucket, int way, int line) =>
        (2 * buckets * HeaderSize) + (((bucket * Ways) + way) * ConnectionEntry.LineSize) + (line * LineDistance(buckets));

    /// <summary>Where a part of an entry is, by its place in the whole one (<see cref="ConnectionEntry"/>).</summary>
    public static int PartAt(int buckets, int bucket, int way, int at) => LineAt(buckets, bucket, way, ConnectionEntry.LineOf(at)) + ConnectionEntry.InLine(at);

    /// <summary>How far each line of an entry is from the one before. Programs compute with eight ways: there is one entry more.</summary>
    internal static int LineDistance(int buckets) => (PlacesOf(buckets) + 1) * ConnectionEntry.LineSize;
}
