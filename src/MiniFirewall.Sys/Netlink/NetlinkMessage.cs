using System.Buffers.Binary;

namespace MiniFirewall.Sys.Netlink;

/// <summary>Writes a generic netlink message: struct nlmsghdr, struct genlmsghdr, attributes, nested ones too. Host byte order.</summary>
public sealed class NetlinkMessage
{
    internal const int HeaderBytes = 16;
    private const int FamilyHeaderBytes = 4, AttributeHeader = 4;
    private const ushort Request = 1, Nested = 0x8000;

    private readonly List<byte> _bytes = [];

    public NetlinkMessage(ushort family, byte command, byte version, ushort flags = 0)
    {
        _bytes.AddRange(new byte[HeaderBytes]);
        _bytes.AddRange([command, version, 0, 0]);
        Set(4, family);
        Set(6, (ushort)(Request | flags));
    }

    /// <summary>What attributes begin at.</summary>
    internal static int FirstAttribute => HeaderBytes + FamilyHeaderBytes;

    public NetlinkMessage Put(ushort type, byte value) => Put(type, [value]);

    public NetlinkMessage Put(ushort type, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Put(type, bytes);
    }

    public NetlinkMessage Put(ushort type, ReadOnlySpan<byte> data)
    {
        int at = _bytes.Count;
        _bytes.AddRange(new byte[AttributeHeader]);
        _bytes.AddRange(data);
        Set(at, (ushort)(AttributeHeader + data.Length));
        Set(at + 2, type);
        _bytes.AddRange(new byte[-_bytes.Count & 3]);
        return this;
    }

    /// <summary>An attribute of attributes, which the action writes.</summary>
    public NetlinkMessage Nest(ushort type, Action<NetlinkMessage> inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        int at = _bytes.Count;
        Put(type, []);
        Set(at + 2, (ushort)(type | Nested));
        inner(this);
        Set(at, checked((ushort)(_bytes.Count - at)));
        return this;
    }

    /// <summary>The whole message, its length and number filled in.</summary>
    internal byte[] Finish(uint sequence, ushort flags)
    {
        byte[] message = [.. _bytes];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        message[6] |= (byte)flags;
        message[7] |= (byte)(flags >> 8);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), sequence);
        return message;
    }

    private void Set(int at, ushort value) => (_bytes[at], _bytes[at + 1]) = ((byte)value, (byte)(value >> 8));
}
