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
/// The TCP header carries an option of this kind, negated where asked. An earlier step has established a TCP header of
/// TcpDataOffset * 4 bytes, all of them present. Meaning: xt_tcpudp.c tcp_find_option (a walk that stops at the header's end).
/// </summary>
public sealed record TcpOptionTest(byte Kind, bool Negated = false) : Condition;
