using System.Runtime.InteropServices;
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
    private readonly List<(int Column, uint[] Masks, uint[] Values)> _masked = [];
    private readonly List<(int Column, uint[] Lows, uint[] Widths)> _ranges = [];
    private readonly int _count;

    internal RuleColumns(IReadOnlyList<Rule> rules, Family family)
    {
        _count = rules.Count;
        int padded = (_count + Lanes - 1) / Lanes * Lanes;
        RuleBounds[] bounds = [.. rules.Select(rule => RuleBounds.Of(rule, family))];
        for (int column = 0; column < (int)Column.Count; column++)
        {
            AddMasked(column, bounds, padded);
            AddRange(column, bounds, padded);
        }
    }

    /// <summary>The first rule from an index on that the packet may meet; the number of rules where there is none.</summary>
    internal int Next(int from, in PacketFacts packet)
    {
        for (int block = from / Lanes * Lanes; block < _count; block += Lanes)
        {
            uint possible = Possible(block, packet) & (block < from ? uint.MaxValue << (from - block) : uint.MaxValue);
            if (possible != 0)
            {
                return Math.Min(block + (int)uint.TrailingZeroCount(possible), _count);
            }
        }

        return _count;
    }

    private uint Possible(int block, in PacketFacts packet)
    {
        Vector256<uint> possible = Vector256<uint>.AllBitsSet;
        foreach ((int column, uint[] masks, uint[] values) in CollectionsMarshal.AsSpan(_masked))
        {
            if (!IsTold(column, packet))
            {
                continue;
            }

            possible &= Vector256.Equals(Vector256.Create(packet[column]) & Load(masks, block), Load(values, block));
            if (possible == Vector256<uint>.Zero)
            {
                return 0;
            }
        }

        foreach ((int column, uint[] lows, uint[] widths) in CollectionsMarshal.AsSpan(_ranges))
        {
            if (IsTold(column, packet))
            {
                possible &= Vector256.LessThanOrEqual(Vector256.Create(packet[column]) - Load(lows, block), Load(widths, block));
            }
        }

        return possible.ExtractMostSignificantBits();
    }

    /// <summary>Whether a rule that differs there is missed by the packet, and not perhaps dropped by an earlier question.</summary>
    private static bool IsTold(int column, in PacketFacts packet) => column switch
    {
        < (int)Column.Mark => true,
        (int)Column.Protocol => packet.HasProtocol,
        _ => packet.IsSound,
    };

    private static Vector256<uint> Load(uint[] column, int block) => Vector256.LoadUnsafe(ref column[block]);

    private void AddMasked(int column, RuleBounds[] bounds, int padded)
    {
        if (bounds.All(rule => rule.Masks[column] == 0))
        {
            return;
        }

        uint[] masks = new uint[padded], values = new uint[padded];
        for (int i = 0; i < bounds.Length; i++)
        {
            (masks[i], values[i]) = (bounds[i].Masks[column], bounds[i].Values[column]);
        }

        _masked.Add((column, masks, values));
    }

    private void AddRange(int column, RuleBounds[] bounds, int padded)
    {
        if (bounds.All(rule => rule.Widths[column] == uint.MaxValue))
        {
            return;
        }

        uint[] lows = new uint[padded], widths = new uint[padded];
        for (int i = 0; i < bounds.Length; i++)
        {
            (lows[i], widths[i]) = (bounds[i].Lows[column], bounds[i].Widths[column]);
        }

        _ranges.Add((column, lows, widths));
    }
}
