using System.Buffers.Binary;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Sys;

namespace MiniFirewall.Kernel.Tests.Handing;

/// <summary>A reader of a netlink group of nfnetlink_log, in the namespace whose thread makes it.</summary>
internal sealed class NetlinkGroup : IDisposable
{
    private const int Netfilter = 12, HeaderBytes = 16, ConfigMessage = (4 << 8) | 1, PacketMessage = 4 << 8, Request = 1;
    private const ushort CommandAttribute = 1, ModeAttribute = 2, ThresholdAttribute = 5, Timestamp = 3;
    private const byte Bind = 1;

    private readonly FileDescriptor _socket = LibC.NewSocket(LibC.AfNetlink, LibC.SockRaw, Netfilter);
    private readonly int _group;

    /// <param name="mode">NFULNL_COPY_*.</param>
    /// <param name="range">Bytes of a packet at most.</param>
    internal NetlinkGroup(int group, byte mode, uint range)
    {
        _group = group;
        Configure(CommandAttribute, [Bind]);
        byte[] modeValue = new byte[6];
        BinaryPrimitives.WriteUInt32BigEndian(modeValue, range);
        modeValue[4] = mode;
        Configure(ModeAttribute, modeValue);
        Configure(ThresholdAttribute, [0, 0, 0, 1]);
    }

    /// <summary>The packets that came until none did for a while, without the group and their time, as hexadecimal digits.</summary>
    internal List<string> ReadAll(TimeSpan patience)
    {
        var packets = new List<string>();
        byte[] buffer = new byte[1 << 17];
        while (Polling.WaitReadable(_socket, patience))
        {
            int length = LibC.Receive(_socket, buffer);
            for (int at = 0; at + HeaderBytes <= length;)
            {
                int size = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at));
                if (BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 4)) == PacketMessage)
                {
                    packets.Add(Comparable(buffer.AsSpan(at + HeaderBytes, size - HeaderBytes)));
                }

                at += (size + 3) & ~3;
            }
        }

        return packets;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Family and version, then attributes in their order.</summary>
    private string Comparable(ReadOnlySpan<byte> message)
    {
        if (BinaryPrimitives.ReadUInt16BigEndian(message[2..]) != _group)
        {
            throw new InvalidOperationException($"a packet of group {BinaryPrimitives.ReadUInt16BigEndian(message[2..])} came to {_group}");
        }

        var parts = new List<string> { Convert.ToHexString(message[..2]) };
        for (int at = 4; at + 4 <= message.Length;)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(message[at..]);
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(message[(at + 2)..]);
            parts.Add($"{type}={(type == Timestamp ? "" : Convert.ToHexString(message[(at + 4)..(at + length)]))}");
            at += (length + 3) & ~3;
        }

        return string.Join(' ', parts);
    }

    private void Configure(ushort attribute, byte[] value)
    {
        byte[] message = new byte[HeaderBytes + 4 + 4 + ((value.Length + 3) & ~3)];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), ConfigMessage);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), Request);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(HeaderBytes + 2), (ushort)_group);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(HeaderBytes + 4), (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(HeaderBytes + 6), attribute);
        value.CopyTo(message, HeaderBytes + 8);
        byte[] kernel = new byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(kernel, LibC.AfNetlink);
        int error = LibC.TrySend(_socket, message, kernel);
        if (error != 0)
        {
            throw new InvalidOperationException($"a netlink message was refused: errno {error}");
        }
    }
}
