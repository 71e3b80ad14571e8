using MiniFirewall.Engine;
using MiniFirewall.Engine.Sets;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Cli.Sets;

/// <summary>Elements on the command line.</summary>
internal static class SetEntries
{
    /// <exception cref="UsageException">One of them is wrong.</exception>
    internal static SetElements Read(NamedSet set, IReadOnlyList<string> words)
    {
        var elements = new SetElements();
        var reader = new SetElementReader(set.Type, set.Families, NetworkNames.System);
        for (int i = 0; i < words.Count;)
        {
            string entry = words[i++];
            SetElementOptions options = ReadOptions(set, words, ref i);
            if (!reader.TryRead(entry, options, elements))
            {
                throw new UsageException($"{reader.Problem}; {reader.Help}");
            }
        }

        return elements;
    }

    /// <summary>What stands behind an entry.</summary>
    private static SetElementOptions ReadOptions(NamedSet set, IReadOnlyList<string> words, ref int i)
    {
        var options = new SetElementOptions(set);
        while (i < words.Count && SetElementOptions.IsOne(words[i]))
        {
            string name = words[i++], value = "";
            if (SetElementOptions.TakesValue(name))
            {
                value = i < words.Count ? words[i++] : throw new UsageException($"{name} needs an argument; write it after the option");
            }

            if (!options.TryTake(name, value))
            {
                throw new UsageException($"{options.Problem}; {options.Help}");
            }
        }

        return options;
    }

    /// <summary>Puts a text's sets in the place of those in force.</summary>
    /// <exception cref="UsageException">The text has rules, or no sets, or sets of another type.</exception>
    internal static void Load(FirewallEngine engine, RuleSet text)
    {
        if (text.Sets.IsEmpty || !text.Chains.SequenceEqual(RuleSet.Empty.Chains))
        {
            throw new UsageException("the file has to have sets, and no rules; 'minifw apply' takes rules");
        }

        foreach (NamedSet set in text.Sets)
        {
            Check(engine.ReadSets(), set);
        }

        foreach (NamedSet set in text.Sets)
        {
            engine.EditSet(set.Name, SetEdit.Replace, inForce =>
            {
                Check(inForce, set);
                return set.Elements;
            });
        }
    }

    private static void Check(IReadOnlyList<SetSummary>? inForce, NamedSet set)
    {
        if (inForce?.FirstOrDefault(other => other.Set.Name == set.Name) is not { } found)
        {
            throw new FirewallException(FirewallFailure.Refused, $"there is no set {set.Name} in force; apply rules that have it");
        }

        Check(found.Set, set);
    }

    private static void Check(NamedSet inForce, NamedSet set)
    {
        if (inForce.Type != set.Type || (set.Families & ~inForce.Families) != FamilySet.None || (set.Details.Any && set.Details != inForce.Details))
        {
            throw new UsageException($"set {set.Name} is of {SetNotation.Describe(inForce)} in force and of {SetNotation.Describe(set)} in the file; apply rules to change that");
        }
    }
}
