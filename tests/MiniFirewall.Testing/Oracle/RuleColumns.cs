using System.Runtime.Intrinsics;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Testing.Oracle;

/// <summary>
/// The rules of one chain and family as columns of numbers, so that eight rules are tried at once. A column tells only that a
/// rule cannot hold; whether it does is for <see cref="RuleReading"/> to say.
/// </summary>
internal sealed class RuleColumns
{
    private const int Lanes = 8;
    private readonly Questions[] _columns;
    private readonly int _count;

    internal RuleColumns(IReadOnlyList<Rule> rules, Family family)
    {
        _count = rules.Count;
        RuleBounds[] bounds = [.. rules.Select(rule => RuleBounds.Of(rule, family))];

        // What most rules ask comes first: mostly there is nothing left to ask then.
        _columns =
        [
            .. Enumerable.Range(0, (int)Column.Count).SelectMany(column => new[] { Masked(column, bounds), Ranged(column, bounds) })
                .Where(questions => questions.Asking > 0).OrderByDescending(questions => questions.Asking),
        ];
    }

    /// <summary>The first rule from an index on that the packet may meet; the number of rules where there is none.</summary>
    internal int Next(int from, in PacketFacts packet)
    {
        Span<Questions> told = new Questions[_columns.Length];
        int asked = 0;
        foreach (Questions questions in _columns)
        {
            if (IsTold(questions.Column, packet))
            {
                told[asked++] = questions;
            }
        }

        for (int block = from / Lanes * Lanes; block < _count; block += Lanes)
        {
            uint possible = Possible(told[..asked], block, packet) & (block < from ? uint.MaxValue << (from - block) : uint.MaxValue);
            if (possible != 0)
            {
                return Math.Min(block + (int)uint.TrailingZeroCount(possible), _count);
            }
        }

        return _count;
    }

    private static uint Possible(ReadOnlySpan<Questions> columns, int block, in PacketFacts packet)
    {
        Vector256<uint> possible = Vector256<uint>.AllBitsSet;
        foreach (Questions questions in columns)
        {
            Vector256<uint> value = Vector256.Create(packet[questions.Column]), first = Load(questions.First, block), second = Load(questions.Second, block);
            possible &= questions.IsRange ? Vector256.LessThanOrEqual(value - first, second) : Vector256.Equals(value & first, second);
            if (possible == Vector256<uint>.Zero)
            {
                return 0;
            }
        }

        return possible.ExtractMostSignificantBits();
    }

    /// <summary>Whether a rule that differs there is missed by the packet, and not perhaps dropped by an earlier question.</summary>
    private static bool IsTold(int column, in PacketFacts packet) => column switch
    {
        < (int)Column.Mark => true,
        (int)Column.Protocol => packet.HasProtocol,
        >= (int)Column.SourcePort and <= (int)Column.Icmp => packet.IsSound && packet.IsWhole,
        _ => packet.IsSound,
    };

    private static Vector256<uint> Load(uint[] column, int block) => Vector256.LoadUnsafe(ref column[block]);

    private static Questions Masked(int column, RuleBounds[] bounds) => new(
        column, IsRange: false, Padded(bounds, rule => rule.Masks[column]), Padded(bounds, rule => rule.Values[column]), bounds.Count(rule => rule.Masks[column] != 0));

    private static Questions Ranged(int column, RuleBounds[] bounds) => new(
        column, IsRange: true, Padded(bounds, rule => rule.Lows[column]), Padded(bounds, rule => rule.Widths[column]), bounds.Count(rule => rule.Widths[column] != uint.MaxValue));

    private static uint[] Padded(RuleBounds[] bounds, Func<RuleBounds, uint> value)
    {
        uint[] column = new uint[(bounds.Length + Lanes - 1) / Lanes * Lanes];
        for (int i = 0; i < bounds.Length; i++)
        {
            column[i] = value(bounds[i]);
        }

        return column;
    }

    /// <summary>What all rules ask of one column: a mask and what must be left under it, or a low end and a width.</summary>
    /// <param name="Asking">How many rules ask at all.</param>
    private readonly record struct Questions(int Column, bool IsRange, uint[] First, uint[] Second, int Asking);
}
