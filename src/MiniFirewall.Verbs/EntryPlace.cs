using System.Collections.Immutable;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>Where an entry is. Of long lists that is known much sooner than what each entry says.</summary>
/// <param name="Number">As that of <see cref="Entry"/>.</param>
/// <param name="First">Index of its first rule in its chain, from 0.</param>
/// <param name="Length">How many rules it has.</param>
internal readonly record struct EntryPlace(int Number, Direction Direction, int First, int Length)
{
    private static readonly Direction[] s_directions = [Direction.In, Direction.Out, Direction.Routed];

    /// <summary>Index behind its last rule.</summary>
    internal int End => First + Length;

    /// <summary>Those of a rule set by their numbers. What "default" and "logging" have put in the built-in chains is not among them.</summary>
    internal static IEnumerable<EntryPlace> Of(RuleSet rules)
    {
        int number = 0;
        foreach (Direction direction in s_directions)
        {
            Chain chain = rules.Find(direction.Chain())!;
            int end = chain.Rules.Length - ChainTail.LengthOfOurs(chain);
            for (int at = 0; at < end;)
            {
                if (BeforeRules.IsJump(chain.Rules[at]))
                {
                    at++;
                    continue;
                }

                var place = new EntryPlace(++number, direction, at, UnitReader.StandsAlone(chain.Rules, at) ? 1 : RulesOf(UnitReader.GroupAt(chain.Rules, at)));
                yield return place;
                at = place.End;
            }
        }
    }

    private static int RulesOf(ImmutableArray<RuleUnit> units) => units.IsEmpty ? 1 : units.Sum(unit => unit.Rules.Length);
}
