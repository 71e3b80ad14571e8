using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Counting;

/// <summary>What one counter counts, by contents: the same in every rule set that has the same rule.</summary>
/// <param name="Text">The rule's canonical text; null for a built-in chain's policy.</param>
/// <param name="Occurrence">0 for the first rule of this text in this chain and family, 1 for the second, and so on.</param>
internal readonly record struct CounterKey(string Chain, Family Family, string? Text, int Occurrence);

/// <summary>A place in a rule set that has a counter.</summary>
/// <param name="Rule">Null for a built-in chain's policy.</param>
/// <param name="Number">The rule's place in the chain, counted over both families from 1; 0 for the policy.</param>
public sealed record CountedPlace(Chain Chain, Rule? Rule, int Number, Family Family)
{
    /// <summary>The counters that the rule set's text gave the place, if any.</summary>
    internal Counters? Given => Rule is null ? Chain.PolicyOf(Family).Counters : Rule.Counters;
}

/// <summary>Lists the places of a rule set that have counters, always in the same order.</summary>
internal static class CountedPlaces
{
    private static readonly ImmutableArray<Family> Families = [Family.IPv4, Family.IPv6];

    internal static ImmutableArray<CountedPlace> Of(RuleSet rules)
    {
        var places = ImmutableArray.CreateBuilder<CountedPlace>();
        foreach (Chain chain in rules.Chains)
        {
            if (chain.IsBuiltIn)
            {
                places.AddRange(Families.Select(family => new CountedPlace(chain, null, 0, family)));
            }

            for (int i = 0; i < chain.Rules.Length; i++)
            {
                Rule rule = chain.Rules[i];
                places.AddRange(Families.Where(f => rule.Families.Has(f)).Select(f => new CountedPlace(chain, rule, i + 1, f)));
            }
        }

        return places.DrainToImmutable();
    }

    /// <summary>The keys of the places, in their order.</summary>
    internal static ImmutableArray<CounterKey> KeysOf(ImmutableArray<CountedPlace> places)
    {
        var texts = new Dictionary<Rule, string>(ReferenceEqualityComparer.Instance);
        var seen = new Dictionary<CounterKey, int>();
        var keys = ImmutableArray.CreateBuilder<CounterKey>(places.Length);
        foreach (CountedPlace place in places)
        {
            var first = new CounterKey(place.Chain.Name, place.Family, TextOf(place.Rule, texts), 0);
            int occurrence = seen.GetValueOrDefault(first);
            seen[first] = occurrence + 1;
            keys.Add(first with { Occurrence = occurrence });
        }

        return keys.DrainToImmutable();
    }

    private static string? TextOf(Rule? rule, Dictionary<Rule, string> texts)
    {
        if (rule is null)
        {
            return null;
        }

        if (!texts.TryGetValue(rule, out string? text))
        {
            texts.Add(rule, text = rule.ToString());
        }

        return text;
    }
}
