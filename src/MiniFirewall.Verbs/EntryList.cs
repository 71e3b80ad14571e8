using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>The entries of a rule set, as "status numbered" shows and numbers them.</summary>
public sealed class EntryList
{
    private EntryList(ImmutableArray<Entry> entries) => Entries = entries;

    public ImmutableArray<Entry> Entries { get; }

    /// <summary>Reads the built-in chains. What "default" and "logging" have put there is not an entry.</summary>
    public static EntryList Of(RuleSet rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        Dictionary<(Direction, string), int> seen = [];
        return new([.. EntryPlace.Of(rules).Select(place => Read(rules, place, id => seen[(place.Direction, id)] = seen.GetValueOrDefault((place.Direction, id)) + 1))]);
    }

    /// <summary>The entry that has the rule at a place of a direction's chain, as <see cref="Of"/> has it; the others are not read. Null where none has.</summary>
    public static Entry? At(RuleSet rules, Direction direction, int place)
    {
        ArgumentNullException.ThrowIfNull(rules);
        EntryPlace[] before = [.. EntryPlace.Of(rules).TakeWhile(entry => entry.Direction < direction || (entry.Direction == direction && entry.First <= place)).Where(entry => entry.Direction == direction)];
        return before is [.., var own] && place < own.End
            ? Read(rules, own, _ => before.Count(entry => Same(rules.Find(direction.Chain())!.Rules, entry, own))) : null;
    }

    /// <summary>The entry of a number, or of an id or its beginning; null where there is none or, of the beginning, several.</summary>
    public Entry? Find(string numberOrId)
    {
        if (int.TryParse(numberOrId, out int number))
        {
            return Entries.FirstOrDefault(entry => entry.Number == number);
        }

        Entry[] found = [.. Entries.Where(entry => entry.Id == numberOrId)];
        found = found.Length > 0 ? found : [.. Entries.Where(entry => entry.Id.StartsWith(numberOrId, StringComparison.Ordinal))];
        return found is [var one] ? one : null;
    }

    /// <param name="count">Which one of this id it is in its chain, from 1.</param>
    private static Entry Read(RuleSet rules, EntryPlace place, Func<string, int> count)
    {
        Chain chain = rules.Find(place.Direction.Chain())!;
        ImmutableArray<Rule> own = [.. chain.Rules[place.First..place.End]];
        ImmutableArray<RuleUnit> units = UnitReader.GroupAt(chain.Rules, place.First);
        string id = "r" + RuleText.Hash(chain.Name, own);
        int which = count(id);
        FamilySet families = own.Aggregate(FamilySet.None, (all, rule) => all | rule.Families);
        return new(place.Number, place.Direction, place.First, own, which == 1 ? id : $"{id}.{which}", units.IsEmpty ? null : IntentOf(units, place.Direction), families);
    }

    /// <summary>Their rules are equal but for comments, and so are their ids.</summary>
    private static bool Same(ImmutableArray<Rule> rules, EntryPlace one, EntryPlace other)
    {
        bool same = one.Length == other.Length;
        for (int i = 0; same && i < one.Length; i++)
        {
            same = rules[one.First + i].HasSameEnds(rules[other.First + i]) && rules[one.First + i].WithoutComments() == rules[other.First + i].WithoutComments();
        }

        return same;
    }

    private static Intent IntentOf(ImmutableArray<RuleUnit> units, Direction direction) => new()
    {
        Action = units[0].Action,
        Direction = direction,
        Log = units[0].Log,
        From = units[0].Selector.From,
        To = units[0].Selector.To,
        InInterface = units[0].Selector.InInterface,
        OutInterface = units[0].Selector.OutInterface,
        Items = [.. units.Select(unit => unit.Selector.Item)],
        App = units[0].App,
        AppIsSource = units[0].AppIsSource,
        Comment = units[0].Comment,
    };
}
