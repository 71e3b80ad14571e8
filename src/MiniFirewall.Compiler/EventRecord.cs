using System.Buffers.Binary;
using System.Text;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler;

/// <summary>Why an event was sent.</summary>
public enum EventKind
{
    /// <summary>A rule that logs matched.</summary>
    Log = 1,

    /// <summary>A packet was dropped by a rule or a policy; the counter tells which.</summary>
    Drop = 2,

    /// <summary>A packet was dropped because it lacks bytes that a rule asked for, or its header is cut; no counter.</summary>
    Invalid = 3,

    /// <summary>A packet is handed to a netlink group (<see cref="HandedRecord"/>); no counter.</summary>
    Handed = 4,
}

/// <summary>
/// One event as it stands in the ring buffer, little-endian: u64 time, u32 counter, u32 kind, u8 hook, u8 family, u16 -,
/// u32 ifindex in, u32 ifindex out, u32 length, u32 mark, u32 socket's uid, u32 what is known (<see cref="HasUid"/> and so on),
/// u32 captured, u32 process, u32 owner's uid, u64 socket's inode, in name, out name, process's name (16 bytes each), u32 owner's
/// gid, u16 device's type, u16 device's header length, u16 link header's length, u16 VLAN protocol (network order), u16 VLAN tag,
/// u16 protocol (network order), <see cref="MostLinkBytes"/> bytes from the link header on, then the packet's first bytes from the
/// network header on.
/// </summary>
public sealed record EventRecord
{
    internal const int Time = 0, CounterOffset = 8, KindOffset = 12, HookOffset = 16, FamilyOffset = 17;
    internal const int InIndex = 20, OutIndex = 24, LengthOffset = 28, MarkOffset = 32;
    internal const int UidOffset = 36, KnownOffset = 40, CapturedOffset = 44, ProcessOffset = 48, OwnerUserOffset = 52, InodeOffset = 56;
    internal const int InName = 64, OutName = 80, ProcessNameOffset = 96, OwnerGroupOffset = 112, DeviceTypeOffset = 116;
    internal const int DeviceHeaderOffset = 118, LinkLengthOffset = 120, VlanProtocolOffset = 122, VlanTagOffset = 124, ProtocolOffset = 126;
    internal const int LinkOffset = 128, Data = LinkOffset + MostLinkBytes;

    /// <summary>Bits of what is known.</summary>
    internal const int HasUid = 1, HasOwner = 2, HasProcess = 4, HasLink = 8;

    /// <summary>Bytes that an event carries of a link header at most.</summary>
    public const int MostLinkBytes = 48;

    /// <summary>
    /// Bytes of a packet that an event carries at most: an ICMP error, and of the packet that it quotes all headers, with options
    /// as long as they get.
    /// </summary>
    public const int MaxCaptured = 256;

    /// <summary>Bytes of an event.</summary>
    public const int Size = Data + MaxCaptured;

    /// <summary>CLOCK_MONOTONIC, nanoseconds (bpf_ktime_get_ns).</summary>
    public required ulong MonotonicNanoseconds { get; init; }

    /// <summary>Index of the counter of the rule or policy; 0 for kinds that have none.</summary>
    public required int Counter { get; init; }

    public required EventKind Kind { get; init; }

    public required Hook Hook { get; init; }

    public required Family Family { get; init; }

    /// <summary>0 where there is none.</summary>
    public required int InInterfaceIndex { get; init; }

    public required int OutInterfaceIndex { get; init; }

    /// <summary>Empty where there is none.</summary>
    public required string InInterface { get; init; }

    public required string OutInterface { get; init; }

    /// <summary>The packet's length from the network header on, bytes (skb->len).</summary>
    public required int Length { get; init; }

    public required uint Mark { get; init; }

    /// <summary>Owner of the packet's local socket (sk->sk_uid); null where there is none.</summary>
    public required uint? Uid { get; init; }

    /// <summary>Whose file the packet's local socket is: what the kernel's LOG and NFLOG report; null where it is nobody's.</summary>
    public FileOwner? Owner { get; init; }

    /// <summary>The process that sends the packet just now; null where it is not sent in a process's own system call.</summary>
    public SendingProcess? Process { get; init; }

    /// <summary>Inode of the packet's local socket; 0 where there is none.</summary>
    public ulong SocketInode { get; init; }

    /// <summary>How the packet came in; null where it did not.</summary>
    public EventLink? Link { get; init; }

    /// <summary>skb->protocol, an EtherType.</summary>
    public ushort EtherType { get; init; }

    /// <summary>The packet's first bytes, from the network header on.</summary>
    public required ReadOnlyMemory<byte> Captured { get; init; }

    /// <summary>Reads a record of <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">The record is shorter.</exception>
    public static EventRecord Parse(ReadOnlySpan<byte> record) => Parse(record, MaxCaptured);

    /// <summary>Reads a record that carries other than <see cref="MaxCaptured"/> bytes of the packet.</summary>
    internal static EventRecord Parse(ReadOnlySpan<byte> record, int mostCaptured)
    {
        if (record.Length < Data + mostCaptured)
        {
            throw new ArgumentException($"an event has {Data + mostCaptured} bytes, not {record.Length}", nameof(record));
        }

        int captured = Math.Min(ReadInt(record, CapturedOffset), mostCaptured);
        int known = ReadInt(record, KnownOffset);
        return new EventRecord
        {
            MonotonicNanoseconds = BinaryPrimitives.ReadUInt64LittleEndian(record[Time..]),
            Counter = ReadInt(record, CounterOffset),
            Kind = (EventKind)ReadInt(record, KindOffset),
            Hook = (Hook)record[HookOffset],
            Family = (Family)record[FamilyOffset],
            InInterfaceIndex = ReadInt(record, InIndex),
            OutInterfaceIndex = ReadInt(record, OutIndex),
            InInterface = ReadName(record.Slice(InName, 16)),
            OutInterface = ReadName(record.Slice(OutName, 16)),
            Length = ReadInt(record, LengthOffset),
            Mark = ReadUInt(record, MarkOffset),
            Uid = (known & HasUid) != 0 ? ReadUInt(record, UidOffset) : null,
            Owner = (known & HasOwner) != 0 ? new(ReadUInt(record, OwnerUserOffset), ReadUInt(record, OwnerGroupOffset)) : null,
            Process = (known & HasProcess) != 0 ? new(ReadInt(record, ProcessOffset), ReadName(record.Slice(ProcessNameOffset, 16))) : null,
            SocketInode = BinaryPrimitives.ReadUInt64LittleEndian(record[InodeOffset..]),
            Link = (known & HasLink) != 0 ? EventLink.Parse(record) : null,
            EtherType = BinaryPrimitives.ReadUInt16BigEndian(record[ProtocolOffset..]),
            Captured = record.Slice(Data, captured).ToArray(),
        };
    }

    private static int ReadInt(ReadOnlySpan<byte> record, int offset) => BinaryPrimitives.ReadInt32LittleEndian(record[offset..]);

    private static uint ReadUInt(ReadOnlySpan<byte> record, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(record[offset..]);

    private static string ReadName(ReadOnlySpan<byte> name)
    {
        int end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
