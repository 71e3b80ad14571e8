using System.Globalization;
using System.Numerics;
using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// A table of rates: an array of buckets of eight entries. A bucket is a lock, under which all else of it is read and changed, in the
/// first of them the seed of the table's hash (u32), and the entries. Little-endian host order.
/// </summary>
internal static class RateLayout
{
    internal const int Seed = 4, Entries = 8, EntriesPerBucket = 8;

    /// <summary>Of an entry: four u64 that tell it from others, the source's high half first.</summary>
    internal const int Key = 0;

    /// <summary>u64 of ticks: when the entry is none any more, 0 where it never was one; and when it was last brought up to date.</summary>
    internal const int Expires = 32, Last = 40;

    /// <summary>u64: the credit, and how often it can be had anew; or what was counted in the interval, and whether it was too much in the one before.</summary>
    internal const int Credit = 48, Refills = 56;

    /// <summary>u64 of ports, as the packet has them; only of tables that tell them apart.</summary>
    internal const int Ports = 64;

    internal static int EntrySizeOf(RateSettings settings) => settings.ByPorts ? 72 : 64;

    private static int BucketSizeOf(RateSettings settings) => Entries + (EntrySizeOf(settings) * EntriesPerBucket);

    /// <summary>At the most entries that a table is for, buckets are half full.</summary>
    private const int UsualEntriesPerBucket = EntriesPerBucket / 2;

    /// <summary>What programs call a table's map: a table of other settings is another.</summary>
    internal static string MapOf(RateWithin code) => "rates_" + ((uint)NameHash.Of(code.ToString())).ToString("x8", CultureInfo.InvariantCulture);

    internal static int BucketsFor(int most) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, most / UsualEntriesPerBucket));

    /// <summary>The map of an empty table.</summary>
    internal static MapImage Empty(RateWithin code)
    {
        var content = new byte[Entries];
        RandomBytes.Fill(content.AsSpan(Seed));
        return new(new MapSpec(MapOf(code), MapType.Array, 4, BucketSizeOf(code.Settings), BucketsFor(code.Most)) { BeginsWithLock = true }, content);
    }
}
