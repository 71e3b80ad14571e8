using System.Buffers.Binary;

namespace MiniFirewall.Engine.Logging;

/// <summary>The first bytes of a packet of so many.</summary>
/// <param name="length">The packet's bytes, at hand or not.</param>
internal readonly ref struct LoggedBytes(ReadOnlySpan<byte> bytes, int length)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    internal int Length { get; } = length;

    internal byte this[int at] => _bytes[at];

    /// <summary>Whether so many bytes are there from an offset on.</summary>
    internal bool Has(int at, int count) => (long)at + count <= Math.Min(_bytes.Length, Length);

    internal int Half(int at) => BinaryPrimitives.ReadUInt16BigEndian(_bytes[at..]);

    internal uint Word(int at) => BinaryPrimitives.ReadUInt32BigEndian(_bytes[at..]);

    internal ReadOnlySpan<byte> Slice(int at, int count) => _bytes.Slice(at, count);

    /// <summary>Bytes from an offset on, as the kernel counts them: 32 bits, unsigned.</summary>
    internal uint From(int at) => unchecked((uint)(Length - at));
}
