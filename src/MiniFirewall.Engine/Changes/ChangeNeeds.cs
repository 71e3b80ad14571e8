using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Changes;

/// <summary>Which changes of packets rules ask for, or chains can do.</summary>
internal sealed record ChangeNeeds
{
    /// <summary>The form in which a table keeps them (<see cref="ToBytes"/>).</summary>
    private const byte Version = 2;

    private const int HeaderLength = 4, PriorityLength = sizeof(uint), SizeLength = sizeof(ushort);

    internal static ChangeNeeds None { get; } = new();

    /// <summary>Any new mark.</summary>
    internal bool Marks { get; init; }

    /// <summary>New priorities (skb->priority), in order, each once.</summary>
    internal ImmutableArray<uint> Priorities { get; init => field = InOrder(value); } = [];

    /// <summary>TCP segment sizes to lower to, in bytes, or <see cref="ChangeSlot.PathSize"/>; in order, each once.</summary>
    internal ImmutableArray<ushort> SegmentSizes { get; init => field = InOrder(value); } = [];

    internal bool IsEmpty => !Marks && Priorities.IsEmpty && SegmentSizes.IsEmpty;

    /// <summary>What a rule set asks for; nothing where programs write to packets by themselves (<see cref="Compiler.ContextKind.ModuleByProbes"/>).</summary>
    internal static ChangeNeeds Of(RuleSet rules)
    {
        PacketChange[] changes = ProviderChoice.KernelHasLinks ? [.. rules.Changes.Distinct()] : [];
        return changes.Length == 0 ? None : new()
        {
            Marks = changes.Any(change => change.ChangesMark),
            Priorities = [.. changes.OfType<PacketPrioritySet>().Select(change => change.Priority)],
            SegmentSizes = [.. changes.OfType<SegmentSizeLowered>().Select(change => change.Size ?? ChangeSlot.PathSize)],
        };
    }

    /// <summary>Whether these are enough for the others.</summary>
    internal bool Covers(ChangeNeeds other) => (Marks || !other.Marks)
        && other.Priorities.All(priority => Priorities.BinarySearch(priority) >= 0)
        && other.SegmentSizes.All(size => SegmentSizes.BinarySearch(size) >= 0);

    internal ChangeNeeds Union(ChangeNeeds other) => new()
    {
        Marks = Marks || other.Marks,
        Priorities = [.. Priorities, .. other.Priorities],
        SegmentSizes = [.. SegmentSizes, .. other.SegmentSizes],
    };

    /// <summary>u8 version, u8 whether marks, u16 number of priorities, u32 each priority, u16 each segment size; little endian.</summary>
    internal byte[] ToBytes()
    {
        byte[] bytes = new byte[HeaderLength + (Priorities.Length * PriorityLength) + (SegmentSizes.Length * SizeLength)];
        bytes[0] = Version;
        bytes[1] = Marks ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), checked((ushort)Priorities.Length));
        Span<byte> left = bytes.AsSpan(HeaderLength);
        foreach (uint priority in Priorities)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(left, priority);
            left = left[PriorityLength..];
        }

        foreach (ushort size in SegmentSizes)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(left, size);
            left = left[SizeLength..];
        }

        return bytes;
    }

    /// <summary>Null where the bytes are none of <see cref="ToBytes"/>'s, or of another version.</summary>
    internal static ChangeNeeds? TryParse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength || bytes[0] != Version || bytes[1] > 1)
        {
            return null;
        }

        int sizesAt = HeaderLength + (BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]) * PriorityLength);
        if (sizesAt > bytes.Length || (bytes.Length - sizesAt) % SizeLength != 0)
        {
            return null;
        }

        var priorities = ImmutableArray.CreateBuilder<uint>();
        for (int at = HeaderLength; at < sizesAt; at += PriorityLength)
        {
            priorities.Add(BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]));
        }

        var sizes = ImmutableArray.CreateBuilder<ushort>();
        for (int at = sizesAt; at < bytes.Length; at += SizeLength)
        {
            sizes.Add(BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]));
        }

        return new() { Marks = bytes[1] == 1, Priorities = priorities.ToImmutable(), SegmentSizes = sizes.ToImmutable() };
    }

    public bool Equals(ChangeNeeds? other) =>
        other is not null && Marks == other.Marks && Priorities.SequenceEqual(other.Priorities) && SegmentSizes.SequenceEqual(other.SegmentSizes);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(ToBytes());
        return hash.ToHashCode();
    }

    private static ImmutableArray<T> InOrder<T>(ImmutableArray<T> items) => [.. items.Distinct().Order()];
}
