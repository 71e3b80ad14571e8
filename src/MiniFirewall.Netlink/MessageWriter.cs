using System.Buffers.Binary;
using System.Text;

namespace MiniFirewall.Netlink;

/// <summary>
/// Writes one netlink message into a buffer of the caller's: header, what stands behind it, attributes (include/uapi/linux/netlink.h). Numbers are
/// in the machine's order unless a method says otherwise. A buffer that is too small is the caller's bug and throws.
/// </summary>
public ref struct MessageWriter
{
    /// <summary>NLM_F_REQUEST; NLM_F_ACK: an answer in any case; NLM_F_DUMP: all there is.</summary>
    public const ushort Request = 1, Acknowledge = 4, Dump = 0x300;

    private const int HeaderLength = 16, AttributeHeader = 4;
    private const ushort NestedFlag = 0x8000;

    private readonly Span<byte> _buffer;
    private int _length;

    /// <param name="type">nlmsg_type.</param>
    /// <param name="flags">nlmsg_flags.</param>
    public MessageWriter(Span<byte> buffer, ushort type, ushort flags)
    {
        _buffer = buffer;
        buffer[..HeaderLength].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[6..], flags);
        _length = HeaderLength;
    }

    /// <summary>The finished message.</summary>
    public readonly ReadOnlySpan<byte> Finish()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer, (uint)_length);
        return _buffer[.._length];
    }

    /// <summary>Bytes of a family's own header, filled up to four.</summary>
    public void Bytes(params scoped ReadOnlySpan<byte> bytes)
    {
        int padded = Padded(bytes.Length);
        _buffer.Slice(_length, padded).Clear();
        bytes.CopyTo(_buffer[_length..]);
        _length += padded;
    }

    /// <summary>struct nfgenmsg: the family, version 0, resource 0.</summary>
    public void NetfilterHeader(byte family) => Bytes(family, 0, 0, 0);

    /// <summary>An attribute of 32 bits in network order, as Netfilter's are.</summary>
    public void AttributeBigEndian(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Attribute(type, bytes);
    }

    /// <summary>An attribute of 32 bits in the machine's order.</summary>
    public void Attribute(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Attribute(type, bytes);
    }

    /// <summary>An attribute that is a text with a zero at its end.</summary>
    public void Attribute(ushort type, string text) => Attribute(type, Encoding.UTF8.GetBytes(text + '\0'));

    public void Attribute(ushort type, scoped ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[_length..], (ushort)(AttributeHeader + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[(_length + 2)..], type);
        _length += AttributeHeader;
        Bytes(value);
    }

    public void Attribute(ushort type, byte value) => Attribute(type, [value]);

    /// <summary>Begins an attribute of attributes; the number is for <see cref="EndNested"/>.</summary>
    public int BeginNested(ushort type)
    {
        int at = _length;
        Attribute((ushort)(type | NestedFlag), default(ReadOnlySpan<byte>));
        return at;
    }

    public readonly void EndNested(int at) => BinaryPrimitives.WriteUInt16LittleEndian(_buffer[at..], checked((ushort)(_length - at)));

    private static int Padded(int length) => (length + 3) & ~3;
}
