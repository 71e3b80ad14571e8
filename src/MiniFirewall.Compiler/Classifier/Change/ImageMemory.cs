using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>
/// An image's bytes while programs read them. Everything new is written where nothing leads to; then one aligned store leads
/// there. Offsets are bytes from the image's start.
/// </summary>
internal sealed class ImageMemory(Memory<byte> bytes)
{
    internal ImageLayout Layout { get; } = ImageLayout.Read(bytes.Span);

    internal bool IsV6 => Layout.Capacity.IsV6;

    internal Family Family => IsV6 ? Family.IPv6 : Family.IPv4;

    internal Span<byte> At(int offset, int length) => bytes.Span.Slice(offset, length);

    internal byte U8(int offset) => bytes.Span[offset];

    internal ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[offset..]);

    internal uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[offset..]);

    internal ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[offset..]);

    /// <summary>Behind all stores before it; the offset is a multiple of four.</summary>
    internal void Publish32(int offset, uint value) => Volatile.Write(ref MemoryMarshal.AsRef<uint>(bytes.Span[offset..]), value);

    /// <summary>Behind all stores before it; the offset is a multiple of eight.</summary>
    internal void Publish64(int offset, ulong value) => Volatile.Write(ref MemoryMarshal.AsRef<ulong>(bytes.Span[offset..]), value);

    /// <summary>Sets bits of a word that are not set yet.</summary>
    internal void SetBits(int offset, ulong bits)
    {
        ulong word = U64(offset);
        if ((word & bits) != bits)
        {
            Publish64(offset, word | bits);
        }
    }
}
