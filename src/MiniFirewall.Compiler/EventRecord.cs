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
}

/// <summary>
/// One event as it stands in the ring buffer, little-endian: u64 time, u32 counter, u32 kind, u8 hook, u8 family, u16 -,
/// u32 ifindex in, u32 ifindex out, u32 length, u32 mark, u32 uid, u32 has uid, u32 captured, 16 bytes -, in name, out name
/// (16 bytes each), then the packet's first bytes from the network header on.
/// </summary>
public sealed record EventRecord
{
    internal const int Time = 0, CounterOffset = 8, KindOffset = 12, HookOffset = 16, FamilyOffset = 17;
    internal const int InIndex = 20, OutIndex = 24, LengthOffset = 28, MarkOffset = 32;
    internal const int UidOffset = 36, HasUid = 40, CapturedOffset = 44;
    internal const int InName = 64, OutName = 80, Data = 96;

    /// <summary>Bytes of a packet that an event carries at most.</summary>
    public const int MaxCaptured = 128;

    /// <summary>Bytes of an event.</summary>
    public const int Size = Data + MaxCaptured;

    /// <summary>CLOCK_MONOTONIC, nanoseconds (bpf_ktime_get_ns).</summary>
    public required ulong MonotonicNanoseconds { get; init; }

    /// <summary>Index of the counter of the rule or policy; 0 for <see cref="EventKind.Invalid"/>.</summary>
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

    /// <summary>Owner of the local socket that sends the packet; null where there is none.</summary>
    public required uint? Uid { get; init; }

    /// <summary>The packet's first bytes, from the network header on.</summary>
    public required ReadOnlyMemory<byte> Captured { get; init; }

    /// <summary>Reads a record of <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">The record is shorter.</exception>
    public static EventRecord Parse(ReadOnlySpan<byte> record)
    {
        if (record.Length < Size)
        {
            throw new ArgumentException($"an event has {Size} bytes, not {record.Length}", nameof(record));
        }

        int captured = Math.Min(ReadInt(record, CapturedOffset), MaxCaptured);
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
            Mark = BinaryPrimitives.ReadUInt32LittleEndian(record[MarkOffset..]),
            Uid = ReadInt(record, HasUid) != 0 ? BinaryPrimitives.ReadUInt32LittleEndian(record[UidOffset..]) : null,
            Captured = record.Slice(Data, captured).ToArray(),
        };
    }

    private static int ReadInt(ReadOnlySpan<byte> record, int offset) => BinaryPrimitives.ReadInt32LittleEndian(record[offset..]);

    private static string ReadName(ReadOnlySpan<byte> name)
    {
        int end = name.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? name : name[..end]);
    }
}
