using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>The entries of a rule set, as "status numbered" shows and numbers them.</summary>
public sealed class EntryList
{
    private static readonly Direction[] Directions = [Direction.In, Direction.Out, Direction.Routed];

    private EntryList(ImmutableArray<Entry> entries) => Entries = entries;

    public ImmutableArray<Entry> Entries { get; }

    /// <summary>Reads the built-in chains. What "default" and "logging" have put there is not an entry.</summary>
    public static EntryList Of(RuleSet rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var entries = ImmutableArray.CreateBuilder<Entry>();
        foreach (Direction direction in Directions)
        {
            Add(entries, direction, rules.Find(direction.Chain())!);
        }

        return new EntryList(entries.ToImmutable());
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

    private static void Add(ImmutableArray<Entry>.Builder entries, Direction direction, Chain chain)
    {
        Dictionary<string, int> seen = [];
        int end = chain.Rules.Length - ChainTail.LengthOfOurs(chain);
        for (int at = 0; at < end;)
        {
            if (BeforeRules.IsJump(chain.Rules[at]))
            {
                at++;
                continue;
            }

            (ImmutableArray<Rule> rules, Intent? intent) = ReadAt(chain.Rules, at, direction);
            string id = "r" + RuleText.Hash(chain.Name, rules);
            seen[id] = seen.GetValueOrDefault(id) + 1;
            FamilySet families = rules.Aggregate(FamilySet.None, (all, rule) => all | rule.Families);
            entries.Add(new(entries.Count + 1, direction, at, rules, seen[id] == 1 ? id : $"{id}.{seen[id]}", intent, families));
            at += rules.Length;
        }
    }

    private static (ImmutableArray<Rule> Rules, Intent? Intent) ReadAt(ImmutableArray<Rule> rules, int at, Direction direction)
    {
        if (UnitReader.At(rules, at) is not { } first)
        {
            return ([rules[at]], null);
        }

        List<RuleUnit> units = [first];
        ImmutableArray<Rule> all = first.Rules;
        while (UnitReader.At(rules, at + all.Length) is { } next && next.GoesWith(first) && Continues(units, next))
        {
            units.Add(next);
            all = all.AddRange(next.Rules);
        }

        return (all, IntentOf(units, direction));
    }

    /// <summary>Of an application all ports; else UDP behind TCP with the same ports.</summary>
    private static bool Continues(List<RuleUnit> units, RuleUnit next) => next.App is not null
        ? !units.Exists(unit => unit.Selector == next.Selector)
        : units is [{ Selector.Protocol: "tcp" } only] && next.Selector == only.Selector with { Protocol = "udp" }
            && (next.Selector.FromPorts ?? next.Selector.ToPorts) is not null;

    private static Intent IntentOf(List<RuleUnit> units, Direction direction) => new()
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
