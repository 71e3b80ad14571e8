using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// The map of the addresses that live host names have, little-endian host order: an address and its family lead to the marks
/// (<see cref="HostMarks"/>) of the names that have it, and, where names have no bit of their own in these, behind them to words with a bit for
/// each name. The key of zeros leads to the same of the names that have any address.
/// </summary>
public static class HostLayout
{
    internal const int High = 0, Low = 8, Version = 16;

    /// <summary>In a value: the marks.</summary>
    internal const int Marks = 0;

    public const int KeyBytes = 24;

    private const int WordBits = 64;
    private const uint NoPreallocation = 1;

    /// <param name="names">Of the rule set.</param>
    /// <param name="most">Addresses.</param>
    public static MapSpec Spec(int names, int most) =>
        new(WellKnownMaps.Hosts, MapType.Hash, KeyBytes, BitsAt(Words(names)) + (Words(names) * sizeof(ulong)), most + 1) { Flags = NoPreallocation };

    /// <summary>Words with a bit for each of so many names.</summary>
    public static int Words(int names) => Math.Max(1, (names + WordBits - 1) / WordBits);

    /// <summary>The key of the names that have any address.</summary>
    public static byte[] KnownKey => new byte[KeyBytes];

    public static byte[] KeyOf(Family family, UInt128 address)
    {
        byte[] key = new byte[KeyBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(key.AsSpan(High), (ulong)(address >> 64));
        BinaryPrimitives.WriteUInt64LittleEndian(key.AsSpan(Low), (ulong)address);
        key[Version] = family == Family.IPv4 ? (byte)4 : (byte)6;
        return key;
    }

    /// <summary>The address of a key; null for <see cref="KnownKey"/>.</summary>
    public static (Family Family, UInt128 Address)? AddressOf(ReadOnlySpan<byte> key) => key[Version] == 0
        ? null
        : (key[Version] == 4 ? Family.IPv4 : Family.IPv6, new UInt128(BinaryPrimitives.ReadUInt64LittleEndian(key[High..]), BinaryPrimitives.ReadUInt64LittleEndian(key[Low..])));

    public static void SetBit(Span<byte> value, int number)
    {
        value[BitsOf(value) + (number / 8)] |= (byte)(1 << (number % 8));
        Mark(value);
    }

    public static void ClearBit(Span<byte> value, int number)
    {
        value[BitsOf(value) + (number / 8)] &= (byte)~(1 << (number % 8));
        Mark(value);
    }

    public static bool HasBit(ReadOnlySpan<byte> value, int number) => (value[BitsOf(value) + (number / 8)] & (1 << (number % 8))) != 0;

    /// <summary>Where the words begin: a single one is the marks.</summary>
    internal static int BitsAt(int words) => words == 1 ? Marks : Marks + sizeof(ulong);

    private static int BitsOf(ReadOnlySpan<byte> value) => value.Length == sizeof(ulong) ? Marks : Marks + sizeof(ulong);

    /// <summary>Makes the marks out of the bits.</summary>
    private static void Mark(Span<byte> value)
    {
        if (BitsOf(value) == Marks)
        {
            return;
        }

        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(value);
        words[0] = 0;
        for (int word = 1; word < words.Length; word++)
        {
            for (ulong left = words[word]; left != 0; left &= left - 1)
            {
                words[0] |= HostMarks.Of(((word - 1) * WordBits) + System.Numerics.BitOperations.TrailingZeroCount(left), areAlone: false);
            }
        }
    }
}
