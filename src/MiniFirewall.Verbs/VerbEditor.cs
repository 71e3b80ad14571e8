using System.Collections.Immutable;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>Changes a rule set as verbs ask for.</summary>
/// <param name="rules">The rule set before; it stays as it is.</param>
/// <param name="options">How names are read.</param>
public sealed class VerbEditor(RuleSet rules, ReadOptions options)
{
    /// <summary>Puts an entry behind the others of its direction, before rules at the end that ask nothing and let nothing pass.</summary>
    /// <param name="number">Before the entry of that number instead; 0 before all of its direction.</param>
    /// <exception cref="VerbException">The number is no place for it, or the rule language refuses it.</exception>
    public VerbChange Add(Intent intent, int? number = null)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ImmutableArray<RuleUnit> units = UnitBuilder.Build(intent, options);
        Chain chain = rules.Find(intent.Direction.Chain())!;
        int place = number is { } asked ? PlaceOf(asked, intent.Direction, chain) : ChainTail.Start(chain);
        if (Find(chain, units, (found, unit) => found.DoesTheSame(unit)) is { } same)
        {
            return same.Zip(units).All(pair => pair.First.Unit.Log == pair.Second.Log && (intent.Comment is null || pair.First.Unit.Comment == intent.Comment))
                ? new(rules, rules, $"nothing to do: there is such an entry, {EntryAt(rules, intent.Direction, same[0].At)}")
                : Replace(chain, intent, same, units);
        }

        if (Find(chain, units, (found, unit) => found.IsAbout(unit)) is { } other)
        {
            return Replace(chain, intent, other, units);
        }

        RuleSet changed = rules.WithRules(chain, chain.Rules.InsertRange(place, units.SelectMany(unit => unit.Rules).Select(rule => rule.Fresh())));
        return new(rules, changed, $"added {EntryAt(changed, intent.Direction, place)}");
    }

    /// <summary>Takes away the entry of these words, whatever it reports and its comment.</summary>
    /// <exception cref="VerbException">There is no such entry.</exception>
    public VerbChange Delete(Intent intent)
    {
        ArgumentNullException.ThrowIfNull(intent);
        Chain chain = rules.Find(intent.Direction.Chain())!;
        (int At, RuleUnit Unit)[] found = Find(chain, UnitBuilder.Build(intent, options), (there, unit) => there.DoesTheSame(unit))
            ?? throw new VerbException($"there is no entry '{IntentText.Of(intent)}'; minifw status numbered shows those that are there", isState: true);
        return new(rules, rules.WithRules(chain, Without(chain.Rules, found)), $"deleted {IntentText.Of(intent)}");
    }

    /// <summary>Takes away the entry of a number, or of an id.</summary>
    /// <exception cref="VerbException">There is no such entry.</exception>
    public VerbChange Delete(string numberOrId)
    {
        Entry entry = Find(numberOrId)
            ?? throw new VerbException($"there is no entry {numberOrId}; minifw status numbered shows those that are there", isState: true);
        Chain chain = rules.Find(entry.Direction.Chain())!;
        return new(rules, rules.WithRules(chain, chain.Rules.RemoveRange(entry.First, entry.Rules.Length)), $"deleted {entry.Id}: {entry.Text}");
    }

    private Entry? Find(string numberOrId) => !int.TryParse(numberOrId, out int number) ? EntryList.Of(rules).Find(numberOrId)
        : EntryPlace.Of(rules).FirstOrDefault(place => place.Number == number) is { Length: > 0 } found ? EntryList.At(rules, found.Direction, found.First) : null;

    private static ImmutableArray<Rule> Without(ImmutableArray<Rule> all, (int At, RuleUnit Unit)[] units)
    {
        foreach ((int at, RuleUnit unit) in units.OrderByDescending(found => found.At))
        {
            all = all.RemoveRange(at, unit.Rules.Length);
        }

        return all;
    }

    /// <summary>The first unit of the chain for each of those; null where one is not there.</summary>
    private static (int At, RuleUnit Unit)[]? Find(Chain chain, ImmutableArray<RuleUnit> units, Func<RuleUnit, RuleUnit, bool> fits)
    {
        List<(int At, RuleUnit Unit)> there = [];
        for (int at = 0; at < chain.Rules.Length; at += there.Count > 0 && there[^1].At == at ? there[^1].Unit.Rules.Length : 1)
        {
            if (units.Any(unit => MayBe(unit, chain.Rules[at])) && UnitReader.At(chain.Rules, at) is { } unit)
            {
                there.Add((at, unit));
            }
        }

        (int At, RuleUnit Unit)[] found = [.. units.SelectMany(unit => there.Where(candidate => fits(candidate.Unit, unit)).Take(1))];
        return found.Length == units.Length ? found : null;
    }

    /// <summary>Whether a rule may be one of a unit about the same packets; all rules of a unit ask the same of a packet. Most of a long list are told apart so.</summary>
    private static bool MayBe(RuleUnit unit, Rule rule) => unit.Rules[^1] is var own && rule.HasSameEnds(own)
        && own.Matches.All(match => UnitReader.IsExtra(match) || rule.Matches.Contains(match));

    /// <summary>Another verdict, report or comment takes the place of the one that was there.</summary>
    private VerbChange Replace(Chain chain, Intent intent, (int At, RuleUnit Unit)[] found, ImmutableArray<RuleUnit> units)
    {
        ImmutableArray<Rule> all = chain.Rules;
        foreach (((int at, RuleUnit before), RuleUnit unit) in found.Zip(units).OrderByDescending(pair => pair.First.At))
        {
            string? comment = unit.Comment ?? before.Comment;
            ImmutableArray<Rule> rulesOfUnit = unit.Comment is null && comment is not null ? unit.Rules.SetItem(unit.Rules.Length - 1, unit.Rules[^1].WithComment(comment)) : unit.Rules;
            all = all.RemoveRange(at, before.Rules.Length).InsertRange(at, rulesOfUnit.Select(rule => rule.Fresh()));
        }

        RuleSet changed = rules.WithRules(chain, all);
        return new(rules, changed, $"changed {EntryAt(changed, intent.Direction, found.Min(one => one.At))}");
    }

    private int PlaceOf(int number, Direction direction, Chain chain)
    {
        EntryPlace[] all = [.. EntryPlace.Of(rules)], own = [.. all.Where(entry => entry.Direction == direction)];
        if (number == 0 || (own.Length > 0 && number == own[0].Number))
        {
            return own.Length > 0 ? own[0].First : ChainTail.Start(chain);
        }

        if (Array.Find(own, entry => entry.Number == number) is { Length: > 0 } before)
        {
            return before.First;
        }

        int next = own.Length > 0 ? own[^1].Number + 1 : all.Count(entry => entry.Direction < direction) + 1;
        return number == next ? ChainTail.Start(chain) : throw new VerbException(
            $"{number} is no place for an entry of {direction.DefaultWord()} packets; "
            + (own.Length > 0 ? $"those are numbers {own[0].Number} to {next}" : $"there is none yet, so its number is {next}"), isState: true);
    }

    private static string EntryAt(RuleSet set, Direction direction, int place) =>
        EntryList.At(set, direction, place) is { } entry
            ? $"{entry.Id} as number {entry.Number}: {entry.Text}" : $"rule {place + 1} of {direction.Chain()}";
}
