using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// The one value of a map that is a list of recent addresses: a lock, under which programs read and change all but mask and name; a
/// header; room for the addresses; and the times that each was seen, in jiffies, in a ring. Little-endian host order.
/// </summary>
public static class RecentLayout
{
    /// <summary>u32: entries from this number on are not in use, whatever they say.</summary>
    public const int Used = 4;

    /// <summary>u64: how often an address was seen, all in all; numbers the order.</summary>
    public const int Tickets = 8;

    /// <summary>Two u64: bits of addresses that count, the high ones first.</summary>
    public const int MaskHigh = 16, MaskLow = 24;

    /// <summary>u64: zero, which the verifier does not know.</summary>
    public const int Zero = 32;

    /// <summary>UTF-8, ended by a zero byte.</summary>
    public const int Name = 48;

    public const int Entries = 256;

    public const int EntrySize = 40;

    /// <summary>Two u64: the address, an IPv4 one in the low half.</summary>
    public const int AddressHigh = Entries, AddressLow = Entries + 8;

    /// <summary>u64: the ticket of the last time; 0 for a free entry.</summary>
    public const int Ticket = Entries + 16;

    /// <summary>u32: where the next time goes, before it is taken modulo the ring's size; u32: times that there are.</summary>
    public const int Index = Entries + 24, StampCount = Entries + 28;

    /// <summary>u16: 4 or 6; u8.</summary>
    public const int Version = Entries + 32, Ttl = Entries + 34;

    public const int Stamps = Entries + (EntrySize * RecentList.MostAddresses);

    /// <summary>What programs call the map of a list.</summary>
    public static string MapOf(string list) => "recent_" + ((uint)NameHash.Of(list)).ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Bytes of a value that keeps so many times of an address.</summary>
    public static int SizeFor(int stamps) => Stamps + (8 * stamps * RecentList.MostAddresses);

    /// <summary>Times that a value of this size keeps of an address.</summary>
    public static int StampsIn(int size) => (size - Stamps) / (8 * RecentList.MostAddresses);

    /// <summary>The map of an empty list.</summary>
    /// <param name="mask">Bits of addresses that count, as <see cref="RecentAddress.Mask"/>.</param>
    public static MapImage Empty(string list, int stamps, UInt128 mask)
    {
        var header = new byte[Entries];
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(MaskHigh), (ulong)(mask >> 64));
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(MaskLow), (ulong)mask);
        Encoding.UTF8.GetBytes(list, header.AsSpan(Name, Entries - Name - 1));
        return new(new MapSpec(MapOf(list), MapType.Array, 4, SizeFor(stamps), 1) { BeginsWithLock = true }, header);
    }

    /// <summary>The name that <see cref="Empty"/> has written.</summary>
    public static string NameIn(ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> name = value[Name..Entries];
        return Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
    }
}
