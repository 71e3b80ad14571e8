using System.Buffers.Binary;
using System.Globalization;
using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Compiler.Sets.Dynamic;

/// <summary>
/// The two maps of a set whose elements change while packets come, little-endian host order. A hash map has the elements: memory is
/// taken as they come, and the kernel itself refuses one too many. An array of one value has what is known of all of them, which
/// prefix lengths there are above all.
/// </summary>
public static class DynamicSetLayout
{
    // A key's first word: prefix lengths, protocol, family (4, 6, or 0 where the set has no addresses), port. Then the addresses.
    internal const int FirstPrefix = 0, SecondPrefix = 1, Protocol = 2, Version = 3, Port = 4, Addresses = 8;

    // An element's value. Expires is in jiffies; 0 for never.
    internal const int Expires = 0, Packets = 8, Bytes = 16, Flags = 24, Comment = 32;

    /// <summary>An element that is being made or taken away: it is not there for anybody else.</summary>
    internal const int Absent = 1;

    internal const int NoMatch = 1, OfFile = 2;

    // The header. Jiffies when a full set was last cleared of what is over.
    internal const int LastClearing = 0;

    /// <summary>u64: zero, which the verifier does not know.</summary>
    internal const int Zero = 8;

    /// <summary>A bit for each prefix length that elements have or had, the longest at bit 0: three words a family and address.</summary>
    internal const int Lengths = 64, LengthsBytes = 24;

    /// <summary>How many elements have each prefix length, u32.</summary>
    internal const int Counts = 192, CountsBytes = 4 * 132;

    /// <summary>The bits of an address that count, by the prefix length: 8 bytes each, and 16 for IPv6, the high ones first.</summary>
    internal const int MasksV4 = 2304, MasksV6 = MasksV4 + (8 * 256);

    /// <summary>The number of a word's lowest bit (<see cref="SetLayout.DeBruijn"/>).</summary>
    internal const int BitTable = MasksV6 + (16 * 256);

    /// <summary>A new element's value.</summary>
    internal const int Template = BitTable + 64;

    public const int HeaderBytes = 16384;

    private const uint NoPreallocation = 1, Mappable = 1 << 10;

    /// <summary>What programs call the map of a set's header.</summary>
    public static string HeaderMap(string set) => "seth_" + Hash(set);

    /// <summary>What programs call the map of a set's elements.</summary>
    public static string ElementMap(string set) => "sete_" + Hash(set);

    public static MapSpec HeaderSpec(DynamicSet set) => new(HeaderMap(set.Name), MapType.Array, 4, HeaderBytes, 1) { Flags = Mappable };

    /// <param name="room">Elements that there is room for.</param>
    public static MapSpec ElementSpec(DynamicSet set, int room) =>
        new(ElementMap(set.Name), MapType.Hash, KeyBytes(set), ValueBytes(set), room) { Flags = NoPreallocation };

    /// <summary>A header of a set without elements.</summary>
    public static byte[] EmptyHeader()
    {
        var header = new byte[HeaderBytes];
        for (int length = 0; length <= 128; length++)
        {
            UInt128 mask = length == 0 ? 0 : UInt128.MaxValue << (128 - length);
            BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(MasksV6 + (16 * length)), (ulong)(mask >> 64));
            BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(MasksV6 + (16 * length) + 8), (ulong)mask);
            BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(MasksV4 + (8 * length)), length >= 32 ? uint.MaxValue : (ulong)(uint)(mask >> 96));
        }

        for (int bit = 0; bit < 64; bit++)
        {
            header[BitTable + (int)(((1UL << bit) * SetLayout.DeBruijn) >> 58)] = (byte)bit;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(Template + Expires), Absent);
        return header;
    }

    /// <summary>Where the number of elements of a prefix length stands, u32.</summary>
    public static int CountOf(Family family, bool isFirst, byte prefix) => CountsOf(family, isFirst) + (4 * prefix);

    /// <summary>Where the bit of a prefix length stands.</summary>
    public static (int At, ulong Bit) LengthOf(Family family, bool isFirst, byte prefix)
    {
        int place = DynamicSet.WidthOf(family) - prefix;
        return (LengthsOf(family, isFirst) + (8 * (place / 64)), 1UL << (place % 64));
    }

    /// <summary>Bytes that an element takes with what the kernel has around it, about.</summary>
    public static int ElementCost(DynamicSet set) => 48 + KeyBytes(set) + ValueBytes(set);

    internal static int KeyBytes(DynamicSet set) => Addresses + (set.Shape.Addresses == 0 ? 0 : IsShort(set) ? 8 : 16 * set.Shape.Addresses);

    internal static int ValueBytes(DynamicSet set) => Comment + (set.Details.HasComments ? DynamicSet.MostCommentBytes + 1 : 0);

    /// <summary>IPv4 addresses alone, of 32 bits each.</summary>
    internal static bool IsShort(DynamicSet set) => set.Families == FamilySet.IPv4;

    /// <summary>Where the lengths of a family's first or second address stand.</summary>
    internal static int LengthsOf(Family family, bool isFirst) => Lengths + (PlaceOf(family, isFirst) * LengthsBytes);

    internal static int CountsOf(Family family, bool isFirst) => Counts + (PlaceOf(family, isFirst) * CountsBytes);

    private static int PlaceOf(Family family, bool isFirst) => (family == Family.IPv4 ? 0 : 2) + (isFirst ? 0 : 1);

    private static string Hash(string set) => ((uint)NameHash.Of(set)).ToString("x8", CultureInfo.InvariantCulture);
}
