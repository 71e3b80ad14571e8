using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Engine.State;

/// <summary>
/// Takes from a rule set what its text leaves open, and puts it back into what is read from the text: the addresses that
/// host names had when the rules were applied.
/// </summary>
internal static class RuleSetText
{
    /// <summary>Copies with every rule an object of its own, so that rules can be told apart by reference.</summary>
    internal static RuleSet Copy(RuleSet rules) => MapRules(rules, rule => rule with { });

    /// <summary>The text to store; counters are not in it, nor are sets, which are in maps of their own.</summary>
    internal static string Print(RuleSet rules) => RuleSetPrinter.Print(rules with { Sets = [] });

    /// <summary>The rule set that was stored, without counters.</summary>
    /// <exception cref="FirewallException">The text cannot be read any more.</exception>
    internal static RuleSet Read(StoredRules stored, ImmutableArray<NamedSet> sets)
    {
        ReadResult result = RuleSetReader.Read(
            "rules in force", stored.Text, new ReadOptions { Resolver = new StoredNames(stored.Names), Sets = sets });
        return result.Rules is { } read
            ? WithoutCounters(Restore(read, stored))
            : throw new FirewallException(
                FirewallFailure.Refused, $"the loaded rules' stored text cannot be read ({result.Diagnostics[0]}); apply them again");
    }

    internal static ImmutableArray<FamilySet> FamiliesOf(RuleSet rules) =>
        [.. rules.Chains.SelectMany(chain => chain.Rules).Select(rule => rule.Families)];

    internal static ImmutableArray<StoredName> NamesOf(RuleSet rules) =>
        [.. rules.Chains.SelectMany(chain => chain.Rules).SelectMany(rule => new[] { rule.Source, rule.Destination })
            .OfType<HostName>().Select(name => new StoredName(name.Name, name.V4, name.V6))];

    /// <summary>Gives the rules of a text the families and addresses that were stored with it.</summary>
    private static RuleSet Restore(RuleSet read, StoredRules stored)
    {
        int rule = 0, name = 0;
        AddressSpec? WithAddresses(AddressSpec? address) => address is HostName host
            ? host with { V4 = stored.Names[name].V4, V6 = stored.Names[name++].V6 }
            : address;

        return MapRules(read, r => r with
        {
            Source = WithAddresses(r.Source),
            Destination = WithAddresses(r.Destination),
            Families = stored.Families[rule++],
        });
    }

    /// <summary>Copies without the counters that the text gave.</summary>
    private static RuleSet WithoutCounters(RuleSet rules)
    {
        RuleSet bare = MapRules(rules, rule => rule with { Counters = null });
        return bare with
        {
            Chains = [.. bare.Chains.Select(chain => chain with
            {
                PolicyV4 = chain.PolicyV4 with { Counters = null },
                PolicyV6 = chain.PolicyV6 with { Counters = null },
            })],
        };
    }

    private static RuleSet MapRules(RuleSet rules, Func<Rule, Rule> map) =>
        rules with { Chains = [.. rules.Chains.Select(chain => chain with { Rules = [.. chain.Rules.Select(map)] })] };

    /// <summary>Knows each name by all addresses that it has anywhere: the reader asks once a name, rules may differ.</summary>
    private sealed class StoredNames(ImmutableArray<StoredName> names) : INameResolver
    {
        public NameAddresses? Resolve(string name)
        {
            StoredName[] known = [.. names.Where(stored => stored.Name == name)];
            return known.Length == 0 ? null : new([.. known.SelectMany(n => n.V4).Distinct()], [.. known.SelectMany(n => n.V6).Distinct()]);
        }
    }
}
