using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>What matches that look into the transport header have in common.</summary>
internal static class TransportChecks
{
    /// <summary>
    /// Miss for a fragment other than the first, Invalid where the header has fewer than <paramref name="size"/> bytes, Match
    /// where the match may go on and look.
    /// </summary>
    internal static MatchResult Evaluate(Packet packet, int size)
    {
        if (packet.Transport.FragmentOffset != 0)
        {
            return MatchResult.Miss;
        }

        return packet.TransportBytes.Length < size ? MatchResult.Invalid : MatchResult.Match;
    }

    internal static void Lower(ImmutableArray<Step>.Builder steps, int size)
    {
        steps.Add(new Require(FieldTest.Equal(Field.FragmentOffset, 0)));
        steps.Add(new DropWhen(RangeTest.Between(Field.TransportLength, 0, (UInt128)(size - 1))));
    }

    /// <summary>Requires the field to lie in the range; nothing where every 16-bit number does.</summary>
    internal static void LowerRange(ImmutableArray<Step>.Builder steps, Field field, NumberRange range, bool negated)
    {
        if (range != NumberRange.All || negated)
        {
            steps.Add(new Require(RangeTest.Between(field, range.Low, range.High, negated)));
        }
    }
}
