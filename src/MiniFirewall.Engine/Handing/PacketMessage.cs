using System.Buffers.Binary;
using System.Text;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Handing;

/// <summary>
/// A packet as a netlink message to the reader of a group, with the attributes that the kernel's nfnetlink_log gives
/// (net/netfilter/nfnetlink_log.c, __build_packet_message), in its order.
/// </summary>
internal sealed class PacketMessage
{
    // include/uapi/linux/netfilter/nfnetlink.h and nfnetlink_log.h
    private const ushort MessageType = 4 << 8;
    private const ushort PacketHeader = 1, Mark = 2, Timestamp = 3, InDevice = 4, OutDevice = 5, HardwareAddress = 8, Payload = 9;
    private const ushort Prefix = 10, User = 11, Group = 14, HardwareType = 15, HardwareHeader = 16, HardwareLength = 17;
    private const int HeaderBytes = 16, AttributeHeader = 4;

    private const int EthernetDevice = 1, LoopbackDevice = 772, EthernetSource = 6, AddressBytes = 6;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly byte[] _bytes = new byte[HandedRecord.MaxCaptured + 512];
    private int _length;

    /// <summary>The message; good until the next is made.</summary>
    /// <param name="realTime">When the packet came, nanoseconds since 1970.</param>
    internal ReadOnlySpan<byte> Of(HandedRecord handed, GroupReader reader, long realTime)
    {
        EventRecord packet = handed.Packet;
        AddHeader(packet.Family, handed.Group);
        AddWhat(handed);
        AddLink(packet);
        if (packet.Hook <= Hook.Forward)
        {
            Span<byte> time = Attribute(Timestamp, 16);
            BinaryPrimitives.WriteInt64BigEndian(time, realTime / NanosecondsPerSecond);
            BinaryPrimitives.WriteInt64BigEndian(time[8..], realTime % NanosecondsPerSecond / 1000);
        }

        if (packet.Owner is { } owner)
        {
            BinaryPrimitives.WriteUInt32BigEndian(Attribute(User, 4), owner.User);
            BinaryPrimitives.WriteUInt32BigEndian(Attribute(Group, 4), owner.Group);
        }

        AddPayload(handed, reader);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes, _length);
        return _bytes.AsSpan(0, _length);
    }

    /// <summary>struct nlmsghdr and struct nfgenmsg.</summary>
    private void AddHeader(Family family, int group)
    {
        _bytes.AsSpan(0, HeaderBytes + 4).Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(4), MessageType);
        _bytes[HeaderBytes] = (byte)family;
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(HeaderBytes + 2), (ushort)group);
        _length = HeaderBytes + 4;
    }

    private void AddWhat(HandedRecord handed)
    {
        EventRecord packet = handed.Packet;
        Span<byte> header = Attribute(PacketHeader, 4);
        BinaryPrimitives.WriteUInt16BigEndian(header, packet.EtherType);
        header[2] = (byte)packet.Hook;
        byte[] prefix = Encoding.UTF8.GetBytes(handed.Prefix + '\0');
        prefix.CopyTo(Attribute(Prefix, prefix.Length));
        AddNumberUnlessZero(InDevice, (uint)packet.InInterfaceIndex);
        AddNumberUnlessZero(OutDevice, (uint)packet.OutInterfaceIndex);
        AddNumberUnlessZero(Mark, packet.Mark);
    }

    private void AddLink(EventRecord packet)
    {
        if (packet.Link is not { Length: { } length } link)
        {
            return;
        }

        ReadOnlySpan<byte> bytes = link.Bytes.Span;
        if (length != 0 && link.DeviceType is EthernetDevice or LoopbackDevice)
        {
            Span<byte> address = Attribute(HardwareAddress, 12);
            BinaryPrimitives.WriteUInt16BigEndian(address, AddressBytes);
            bytes.Slice(EthernetSource, AddressBytes).CopyTo(address[4..]);
        }

        BinaryPrimitives.WriteUInt16BigEndian(Attribute(HardwareType, 2), link.DeviceType);
        BinaryPrimitives.WriteUInt16BigEndian(Attribute(HardwareLength, 2), (ushort)link.DeviceHeader);
        ReadOnlySpan<byte> header = bytes[..Math.Min(link.DeviceHeader, bytes.Length)];
        header.CopyTo(Attribute(HardwareHeader, header.Length));
    }

    private void AddPayload(HandedRecord handed, GroupReader reader)
    {
        if (reader.Mode != GroupReaderMode.Packet)
        {
            return;
        }

        ReadOnlySpan<byte> captured = handed.Packet.Captured.Span;
        ReadOnlySpan<byte> payload = captured[..(int)Math.Min(Math.Min(reader.Range, handed.Asked ?? uint.MaxValue), captured.Length)];
        if (!payload.IsEmpty)
        {
            payload.CopyTo(Attribute(Payload, payload.Length));
        }
    }

    private void AddNumberUnlessZero(ushort type, uint number)
    {
        if (number != 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(Attribute(type, 4), number);
        }
    }

    /// <summary>Room for an attribute's value (struct nlattr), zeroed; attributes begin at multiples of four.</summary>
    private Span<byte> Attribute(ushort type, int length)
    {
        Span<byte> whole = _bytes.AsSpan(_length, AttributeHeader + ((length + 3) & ~3));
        whole.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(whole, (ushort)(AttributeHeader + length));
        BinaryPrimitives.WriteUInt16LittleEndian(whole[2..], type);
        _length += whole.Length;
        return whole.Slice(AttributeHeader, length);
    }
}
