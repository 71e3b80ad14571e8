using System.Buffers.Binary;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>Who has looked at a packet's transport checksum. Values are the kernel's CHECKSUM_* (include/linux/skbuff.h).</summary>
public enum ChecksumState : byte
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>The device found it right.</summary>
    Unnecessary = 1,

    /// <summary>The device has summed the bytes, and nobody has compared.</summary>
    Complete = 2,

    /// <summary>A local sender has not made it yet; it needs no check.</summary>
    Partial = 3,
}

/// <summary>
/// A rejected packet as it stands in the ring buffer, little-endian: u8 answer, u8 hook, u8 family, u8 link type, u8 checksum
/// state, u8 checksum is valid, u16 -, u32 ifindex in, u32 ifindex out, u32 length, u32 mark, u32 captured, u32 route flags, then
/// the packet's first bytes from the network header on.
/// </summary>
public sealed record RejectRecord
{
    internal const int AnswerOffset = 0, HookOffset = 1, FamilyOffset = 2, LinkTypeOffset = 3, SummedOffset = 4, SumIsValid = 5;
    internal const int InIndex = 8, OutIndex = 12, LengthOffset = 16, MarkOffset = 20, CapturedOffset = 24, RouteFlagsOffset = 28;
    internal const int Data = 32;

    /// <summary>Bytes of a packet that a record carries at most: more than an answer quotes, so that checksums of usual packets can be checked.</summary>
    public const int MaxCaptured = 2016;

    /// <summary>Bytes of a record.</summary>
    public const int Size = Data + MaxCaptured;

    public required Answer Answer { get; init; }

    public required Hook Hook { get; init; }

    public required Family Family { get; init; }

    /// <summary>Whom the frame was for (skb->pkt_type).</summary>
    public LinkType LinkType { get; init; }

    /// <summary>skb->ip_summed.</summary>
    public ChecksumState Checksum { get; init; }

    /// <summary>The stack has found the checksum right (skb->csum_valid).</summary>
    public bool ChecksumIsValid { get; init; }

    /// <summary>0 where there is none.</summary>
    public int InInterfaceIndex { get; init; }

    public int OutInterfaceIndex { get; init; }

    /// <summary>The packet's length from the network header on, bytes (skb->len).</summary>
    public required int Length { get; init; }

    public uint Mark { get; init; }

    /// <summary>RTCF_* of an IPv4 packet's route (include/uapi/linux/in_route.h).</summary>
    public uint RouteFlags { get; init; }

    /// <summary>The packet's first bytes, from the network header on.</summary>
    public required ReadOnlyMemory<byte> Captured { get; init; }

    /// <summary>Reads a record of <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">The record is shorter.</exception>
    public static RejectRecord Parse(ReadOnlySpan<byte> record)
    {
        if (record.Length < Size)
        {
            throw new ArgumentException($"a rejected packet's record has {Size} bytes, not {record.Length}", nameof(record));
        }

        int captured = Math.Min(ReadInt(record, CapturedOffset), MaxCaptured);
        return new RejectRecord
        {
            Answer = (Answer)record[AnswerOffset],
            Hook = (Hook)record[HookOffset],
            Family = (Family)record[FamilyOffset],
            LinkType = (LinkType)record[LinkTypeOffset],
            Checksum = (ChecksumState)record[SummedOffset],
            ChecksumIsValid = record[SumIsValid] != 0,
            InInterfaceIndex = ReadInt(record, InIndex),
            OutInterfaceIndex = ReadInt(record, OutIndex),
            Length = ReadInt(record, LengthOffset),
            Mark = BinaryPrimitives.ReadUInt32LittleEndian(record[MarkOffset..]),
            RouteFlags = BinaryPrimitives.ReadUInt32LittleEndian(record[RouteFlagsOffset..]),
            Captured = record.Slice(Data, captured).ToArray(),
        };
    }

    private static int ReadInt(ReadOnlySpan<byte> record, int offset) => BinaryPrimitives.ReadInt32LittleEndian(record[offset..]);
}
