using System.Collections.Immutable;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>What a store has in force, all of it unpacked: texts and slots. Chunks are unpacked by all CPUs.</summary>
internal sealed class StoredContents
{
    private readonly RuleStore _store;
    private readonly RuleChunk[] _chunks;
    private readonly ImmutableArray<StoredRule>[] _rules;

    private StoredContents(RuleStore store, RuleChunk[] chunks, ImmutableArray<StoredRule>[] rules)
    {
        _store = store;
        _chunks = chunks;
        _rules = rules;
    }

    internal static StoredContents Of(RuleStore store)
    {
        var chunks = new RuleChunk[RuleLines.ChunksFor(store.Header.Rules)];
        OnAllCpus.For(chunks.Length, i => chunks[i] = store.Chunk(i));
        return new(store, chunks, [.. store.Chains.Select((_, i) => store.RulesOf(i).ToImmutableArray())]);
    }

    /// <summary>The chain without its rules.</summary>
    internal Chain ChainOf(int chain) => _store.Chains[chain].WithPolicies(_store.ChangedPolicies);

    internal ImmutableArray<StoredRule> RulesOf(int chain) => _rules[chain];

    /// <summary>The rule's canonical text as UTF-8, without its chain.</summary>
    internal ReadOnlySpan<byte> TextOf(StoredRule rule) =>
        rule.IsRecord ? _store.TextOf(rule) : _store.TextNow(_chunks[rule.Position / RuleChunk.Rules].TextOf(rule.Position % RuleChunk.Rules));

    /// <summary>The slots of the places, and whether each was kept, in the order of <see cref="CountedPlaces"/>.</summary>
    internal (ImmutableArray<int> Slots, ImmutableArray<bool> Kept) Slots()
    {
        var slots = ImmutableArray.CreateBuilder<int>();
        var kept = ImmutableArray.CreateBuilder<bool>();
        ForEachPlace((_, _, _, slot, isKept) =>
        {
            slots.Add(slot);
            kept.Add(isKept);
        });
        return (slots.DrainToImmutable(), kept.DrainToImmutable());
    }

    /// <summary>The keys of the places, in the same order.</summary>
    internal ImmutableArray<CounterKey> Keys()
    {
        var keys = new CounterKeys();
        ForEachPlace((chain, family, text, _, _) => keys.Add(chain, family, text));
        return keys.ToImmutable();
    }

    private void ForEachPlace(PlaceAction action)
    {
        for (int i = 0; i < _store.Chains.Length; i++)
        {
            StoredChain chain = _store.Chains[i];
            ulong name = CounterKeys.HashOf(chain.Chain.Name);
            if (chain.Chain.IsBuiltIn)
            {
                Visit(name, FamilySet.Both, null, chain.Policies, action);
            }

            foreach (StoredRule rule in _rules[i])
            {
                Visit(name, rule.Families, TextHash.Of(TextOf(rule)), SlotsOf(rule), action);
            }
        }
    }

    private static void Visit(ulong chain, FamilySet families, ulong? text, RuleSlots slots, PlaceAction action)
    {
        foreach (Family family in CountedPlaces.Families)
        {
            if (families.Has(family))
            {
                action(chain, family, text, slots.Of(family), slots.IsKept(family));
            }
        }
    }

    private RuleSlots SlotsOf(StoredRule rule) =>
        rule.IsRecord ? _store.SlotsOf(rule) : _chunks[rule.Position / RuleChunk.Rules].SlotsOf(rule.Position % RuleChunk.Rules);

    /// <param name="text">The hash of a rule's text; null for a policy.</param>
    private delegate void PlaceAction(ulong chain, Family family, ulong? text, int slot, bool kept);
}
