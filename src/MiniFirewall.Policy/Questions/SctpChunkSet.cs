using System.Collections.Immutable;

namespace MiniFirewall.Policy.Questions;

/// <summary>What the flags of a chunk of one type must be: (flags &amp; Mask) == Value.</summary>
public readonly record struct SctpChunkFlags(byte Type, byte Mask, byte Value)
{
    public bool Fit(byte flags) => (flags & Mask) == Value;
}

/// <summary>A set of SCTP chunk types (RFC 9260, 3.2), and what is asked of the flags of some of them.</summary>
/// <param name="Low">Bit N is type N.</param>
/// <param name="High">Bit N is type 128 + N.</param>
/// <param name="Flags">By type, each once.</param>
public sealed record SctpChunkSet(UInt128 Low, UInt128 High, ImmutableArray<SctpChunkFlags> Flags)
{
    public static SctpChunkSet Empty { get; } = new(0, 0, []);

    public static SctpChunkSet All { get; } = new(UInt128.MaxValue, UInt128.MaxValue, []);

    public bool IsEmpty => Low == 0 && High == 0;

    public bool IsAll => Low == UInt128.MaxValue && High == UInt128.MaxValue;

    public bool Contains(byte type) => (((type < 128 ? Low : High) >> (type % 128)) & 1) != 0;

    public SctpChunkSet With(byte type) =>
        type < 128 ? this with { Low = Low | (UInt128.One << type) } : this with { High = High | (UInt128.One << (type - 128)) };

    public SctpChunkSet Without(byte type) =>
        type < 128 ? this with { Low = Low & ~(UInt128.One << type) } : this with { High = High & ~(UInt128.One << (type - 128)) };

    /// <summary>The set with more asked of a type's flags; a flag that was to be set stays so.</summary>
    public SctpChunkSet WithFlags(byte type, byte mask, byte value)
    {
        SctpChunkFlags known = Flags.FirstOrDefault(flags => flags.Type == type);
        SctpChunkFlags all = new(type, (byte)(known.Mask | mask), (byte)(known.Value | value));
        return all.Mask == 0 ? this : this with { Flags = [.. Flags.Where(flags => flags.Type != type).Append(all).OrderBy(flags => flags.Type)] };
    }

    /// <summary>What is asked of a type's flags; a mask of 0 where nothing is.</summary>
    public SctpChunkFlags FlagsOf(byte type) => Flags.FirstOrDefault(flags => flags.Type == type);

    /// <summary>All of it: the text tells one set from another.</summary>
    public override string ToString() => $"{High:x}:{Low:x} {string.Join(' ', Flags)}";

    public bool Equals(SctpChunkSet? other) => other is not null && Low == other.Low && High == other.High && Flags.SequenceEqual(other.Flags);

    public override int GetHashCode() => HashCode.Combine(Low, High, Flags.Length);
}
