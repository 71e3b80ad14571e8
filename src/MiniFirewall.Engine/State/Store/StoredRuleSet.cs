using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Engine.State.Store;

/// <summary>All rules of a store that were in force at one epoch, and their slots.</summary>
/// <param name="Rules">Without counters.</param>
/// <param name="Slots">Of the places that have counters, in the order of <see cref="Counting.CountedPlaces"/>.</param>
/// <param name="Kept">Whether the place went on from the generation before.</param>
internal sealed record StoredRuleSet(RuleSet Rules, ImmutableArray<int> Slots, ImmutableArray<bool> Kept)
{
    /// <param name="sets">The sets that the rules name.</param>
    /// <exception cref="FirewallException">The store is damaged, or its texts cannot be read any more.</exception>
    internal static StoredRuleSet Read(RuleStore store, ImmutableArray<NamedSet> sets)
    {
        StoredContents contents = StoredContents.Of(store);
        ReadResult result = RuleSetReader.Read("rules in force", TextOf(store, contents), new ReadOptions
        {

            // What is read in place of addresses, Restore puts back.
            LiveNames = true,
            Sets = sets,
            Cgroups = SystemCgroups.Instance,

            // They were all right when they were applied; what a rule of them names may be gone.
            TakesLacking = true,
        });
        RuleSet read = result.Rules ?? throw new FirewallException(
            FirewallFailure.Refused, $"the loaded rules' stored text cannot be read ({result.Diagnostics[0]}); apply them again");
        var (slots, kept) = contents.Slots();
        return new StoredRuleSet(Restore(read, store, contents), slots, kept);
    }

    /// <summary>iptables-save text, in which ways between chains are each family's own; what it leaves open, <see cref="Restore"/> puts back.</summary>
    private static string TextOf(RuleStore store, StoredContents contents)
    {
        using var text = new MemoryStream();
        text.Write("*filter\n"u8);
        foreach (Chain chain in store.Chains.Select((_, i) => contents.ChainOf(i)))
        {
            string line = chain switch
            {
                { IsBuiltIn: true } => $":{chain.Name} {(chain.PolicyV4.Verdict == Verdict.Accept ? "ACCEPT" : "DROP")} [0:0]\n",
                { Families: FamilySet.Both } => $":{chain.Name} - [0:0]\n",
                _ => $"{(chain.Families == FamilySet.IPv4 ? "-4" : "-6")} -N {chain.Name}\n",
            };
            text.Write(Encoding.UTF8.GetBytes(line));
        }

        for (int i = 0; i < store.Chains.Length; i++)
        {
            byte[] beginning = Encoding.UTF8.GetBytes($"-A {store.Chains[i].Chain.Name}");
            foreach (StoredRule rule in contents.RulesOf(i))
            {
                ReadOnlySpan<byte> content = contents.TextOf(rule);
                text.Write(rule.Families switch { FamilySet.IPv4 => "-4 "u8, FamilySet.IPv6 => "-6 "u8, _ => ""u8 });
                text.Write(beginning);
                text.Write(content.IsEmpty ? ""u8 : " "u8);
                text.Write(content);
                text.WriteByte((byte)'\n');
            }
        }

        text.Write("COMMIT\n"u8);
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <summary>Gives chains and rules what their texts do not say: policies, families and addresses as they were stored.</summary>
    private static RuleSet Restore(RuleSet read, RuleStore store, StoredContents contents)
    {
        ILookup<int, StoredName> names = store.Names.ToLookup(name => name.Rule);
        var chains = ImmutableArray.CreateBuilder<Chain>(store.Chains.Length);
        for (int i = 0; i < store.Chains.Length; i++)
        {
            var rules = ImmutableArray.CreateBuilder<Rule>(read.Chains[i].Rules.Length);
            foreach (StoredRule stored in contents.RulesOf(i))
            {
                Rule rule = read.Chains[i].Rules[rules.Count];
                rules.Add((names.Contains(stored.Position) ? WithAddresses(rule, [.. names[stored.Position]]) : rule).For(stored.Families));
            }

            chains.Add(contents.ChainOf(i) with { Rules = rules.DrainToImmutable(), Span = read.Chains[i].Span });
        }

        return read with { Chains = chains.DrainToImmutable() };
    }

    private static Rule WithAddresses(Rule rule, StoredName[] names)
    {
        int next = 0;
        AddressSpec? Stored(AddressSpec? address) => address is HostName host ? host with { IsLive = names[next].IsLive, V4 = names[next].V4, V6 = names[next++].V6 } : address;
        return rule with { Source = Stored(rule.Source), Destination = Stored(rule.Destination) };
    }
}
