using System.Buffers.Binary;

namespace MiniFirewall.Compiler;

/// <summary>Whose a socket's file is (file->f_cred, fsuid and fsgid), in numbers of the first user namespace.</summary>
public readonly record struct FileOwner(uint User, uint Group);

/// <summary>A process that sends.</summary>
/// <param name="Id">Its number in the first pid namespace.</param>
/// <param name="Name">Its name (comm), of the thread it began with.</param>
public readonly record struct SendingProcess(int Id, string Name);

/// <summary>The way by which a packet came in.</summary>
/// <param name="DeviceType">ARPHRD_* of the interface (include/uapi/linux/if_arp.h).</param>
/// <param name="DeviceHeader">Bytes of the interface's headers (dev->hard_header_len).</param>
/// <param name="Length">Bytes between link header and network header; null where nobody has noted a link header.</param>
/// <param name="VlanProtocol">Of a tag that is kept beside the packet; 0 for none.</param>
/// <param name="VlanTag">That tag, priority bits too.</param>
/// <param name="Bytes">From the link header on; not all are the link header's.</param>
public sealed record EventLink(ushort DeviceType, int DeviceHeader, int? Length, ushort VlanProtocol, ushort VlanTag, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The kernel's word for "not noted" (skb_mac_header_was_set).</summary>
    internal const int NotNoted = 0xffff;

    internal static EventLink Parse(ReadOnlySpan<byte> record)
    {
        ushort length = BinaryPrimitives.ReadUInt16LittleEndian(record[EventRecord.LinkLengthOffset..]);
        return new(
            BinaryPrimitives.ReadUInt16LittleEndian(record[EventRecord.DeviceTypeOffset..]),
            BinaryPrimitives.ReadUInt16LittleEndian(record[EventRecord.DeviceHeaderOffset..]),
            length == NotNoted ? null : length,
            BinaryPrimitives.ReadUInt16BigEndian(record[EventRecord.VlanProtocolOffset..]),
            BinaryPrimitives.ReadUInt16LittleEndian(record[EventRecord.VlanTagOffset..]),
            record.Slice(EventRecord.LinkOffset, EventRecord.MostLinkBytes).ToArray());
    }
}
