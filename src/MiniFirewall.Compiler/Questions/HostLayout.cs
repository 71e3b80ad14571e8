using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// The map of the addresses that live host names have, little-endian host order: an address and its family lead to a bit for each name
/// that has it. The key of zeros leads to the bits of the names that have any address.
/// </summary>
public static class HostLayout
{
    internal const int High = 0, Low = 8, Version = 16;

    public const int KeyBytes = 24;

    private const uint NoPreallocation = 1;

    /// <param name="words">Words of 64 bits in each value.</param>
    /// <param name="most">Addresses.</param>
    public static MapSpec Spec(int words, int most) => new(WellKnownMaps.Hosts, MapType.Hash, KeyBytes, words * sizeof(ulong), most + 1) { Flags = NoPreallocation };

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

    public static void SetBit(Span<byte> value, int number) => value[number / 8] |= (byte)(1 << (number % 8));

    public static void ClearBit(Span<byte> value, int number) => value[number / 8] &= (byte)~(1 << (number % 8));

    public static bool HasBit(ReadOnlySpan<byte> value, int number) => (value[number / 8] & (1 << (number % 8))) != 0;
}
