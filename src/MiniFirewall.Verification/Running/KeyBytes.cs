using System.Buffers.Binary;
using System.Text;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;

namespace MiniFirewall.Verification.Running;

/// <summary>The packet key of one packet, as the programs' prologue makes it.</summary>
internal sealed class KeyBytes
{
    private readonly byte[] _key = new byte[PacketKey.Size];

    /// <param name="packet">Its network header is whole.</param>
    internal KeyBytes(Packet packet)
    {
        bool isV4 = packet.Family == Family.IPv4;
        Put64(PacketKey.SourceHigh, (ulong)(packet.Source >> 64));
        Put64(PacketKey.SourceLow, (ulong)packet.Source);
        Put64(PacketKey.DestinationHigh, (ulong)(packet.Destination >> 64));
        Put64(PacketKey.DestinationLow, (ulong)packet.Destination);
        PutName(PacketKey.InInterfaceHigh, packet.InInterface);
        PutName(PacketKey.OutInterfaceHigh, packet.OutInterface);
        Put32(PacketKey.PacketLength, (uint)packet.Bytes.Length);
        Put32(PacketKey.Length, (uint)(isV4 ? packet.DeclaredLength : packet.Bytes.Length));
        PutMark(packet.Mark);
        Put32(PacketKey.TransportOffset, (uint)packet.Transport.Offset);
        Put16(PacketKey.FragmentOffset, packet.Transport.FragmentOffset);
        _key[PacketKey.Protocol] = packet.Transport.Protocol;
        _key[PacketKey.ChainBroken] = packet.Transport.IsBroken ? (byte)1 : (byte)0;
        _key[PacketKey.HopLimit] = packet.HopLimit;
        _key[PacketKey.ConnectionState] = (byte)packet.ConnectionState;
        _key[PacketKey.ConnectionDirection] = (byte)packet.ConnectionDirection;
        if (!packet.Transport.IsBroken && packet.Transport.FragmentOffset == 0)
        {
            PutTransport(packet.TransportBytes);
        }
    }

    /// <summary>Eight bytes, little-endian.</summary>
    internal ulong Word(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_key.AsSpan(offset));

    internal ulong this[Decoding.Dimension dimension, bool isV6] =>
        WordAtMost(Decoding.Dimensions.KeyOffset((int)dimension)) & Decoding.Dimensions.Full((int)dimension, isV6);

    internal UInt128 Field(KeySlot slot) => slot.Bits == 128
        ? new UInt128(Word(slot.HighOffset), Word(slot.Offset))
        : WordAtMost(slot.Offset) & (ulong)slot.FullMask;

    /// <summary>The bytes from the offset on, at most eight of them.</summary>
    private ulong WordAtMost(int offset)
    {
        Span<byte> word = stackalloc byte[8];
        _key.AsSpan(offset, Math.Min(8, _key.Length - offset)).CopyTo(word);
        return BinaryPrimitives.ReadUInt64LittleEndian(word);
    }

    internal void PutMark(uint mark) => Put32(PacketKey.Mark, mark);

    private void PutTransport(ReadOnlySpan<byte> bytes)
    {
        Put16(PacketKey.TransportLength, Math.Min(bytes.Length, ushort.MaxValue));
        Span<byte> header = stackalloc byte[20];
        bytes[..Math.Min(bytes.Length, header.Length)].CopyTo(header);
        Put16(PacketKey.SourcePort, BinaryPrimitives.ReadUInt16BigEndian(header));
        Put16(PacketKey.DestinationPort, BinaryPrimitives.ReadUInt16BigEndian(header[2..]));
        _key[PacketKey.TcpFlags] = header[13];
        _key[PacketKey.TcpDataOffset] = (byte)(header[12] >> 4);
        _key[PacketKey.TcpOptionsCut] = Math.Min(bytes.Length, ushort.MaxValue) < (header[12] >> 4) * 4 ? (byte)1 : (byte)0;
    }

    private void PutName(int at, string name)
    {
        Span<byte> bytes = stackalloc byte[16];
        Encoding.UTF8.GetBytes(name, bytes);
        Put64(at, BinaryPrimitives.ReadUInt64BigEndian(bytes));
        Put64(at + 8, BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    private void Put64(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_key.AsSpan(at), value);

    private void Put32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_key.AsSpan(at), value);

    private void Put16(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(_key.AsSpan(at), (ushort)value);
}
