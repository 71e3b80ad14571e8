using System.Buffers.Binary;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Verification.Decoding;

/// <summary>An image's bytes, read as little-endian numbers. A read beyond the end throws: callers check indexes first.</summary>
internal sealed class ImageBytes(ImageLayout layout, byte[] bytes)
{
    internal ImageLayout Layout => layout;

    internal ImageCapacity Capacity => layout.Capacity;

    internal bool IsV6 => layout.Capacity.IsV6;

    internal int Length => bytes.Length;

    internal byte U8(int at) => bytes[at];

    internal ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    internal uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    internal ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
}
