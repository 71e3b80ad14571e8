using System.Collections.Immutable;

namespace MiniFirewall.Policy;

/// <summary>A yes-or-no question about a packet, without side effects.</summary>
public abstract record Condition;

/// <summary>(field &amp; Mask) == Value, negated where asked.</summary>
public sealed record FieldTest(Field Field, UInt128 Mask, UInt128 Value, bool Negated = false) : Condition
{
    public static FieldTest Equal(Field field, UInt128 value, bool negated = false) => new(field, UInt128.MaxValue, value, negated);
}

/// <summary>An inclusive range.</summary>
public readonly record struct ValueRange(UInt128 Low, UInt128 High);

/// <summary>The field lies in one of the ranges, negated where asked. No ranges: never (or always, negated).</summary>
public sealed record RangeTest(Field Field, ImmutableArray<ValueRange> Ranges, bool Negated = false) : Condition
{
    public static RangeTest Between(Field field, UInt128 low, UInt128 high, bool negated = false) =>
        new(field, [new ValueRange(low, high)], negated);
}

/// <summary>At least one of the conditions holds, negated where asked.</summary>
public sealed record AnyOf(ImmutableArray<Condition> Conditions, bool Negated = false) : Condition;

/// <summary>All of the conditions hold, negated where asked.</summary>
public sealed record AllOf(ImmutableArray<Condition> Conditions, bool Negated = false) : Condition;

/// <summary>
/// The packet is in a set, negated where asked. Meaning: the addresses and the port that <paramref name="Dimensions"/> names are
/// looked up as one element; the most specific element that fits decides (longest first prefix, then longest second), and one
/// that says "no match" keeps the packet out. A set with ports holds no later fragment, no packet whose header is cut, and none of
/// IPv6 whose chain of headers is broken or ends without a next one; see <see cref="SetPort"/>.
/// </summary>
/// <param name="Set">The set's number in the rule set.</param>
/// <param name="Dimensions">
/// What each dimension of the set is read from: <see cref="Field.Source"/> or <see cref="Field.Destination"/> for an address,
/// <see cref="Field.SourcePort"/> or <see cref="Field.DestinationPort"/> for a port.
/// </param>
public sealed record SetTest(int Set, ImmutableArray<Field> Dimensions, bool Negated = false) : Condition
{
    /// <summary>An element that says "no match" puts the packet in, and only such a one.</summary>
    public bool WantsNoMatch { get; init; }

    public bool Equals(SetTest? other) => other is not null && Set == other.Set && Negated == other.Negated && WantsNoMatch == other.WantsNoMatch
        && Dimensions.SequenceEqual(other.Dimensions);

    public override int GetHashCode() => HashCode.Combine(Set, Negated, Dimensions.Length);
}
