using System.Collections.Immutable;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine;

/// <summary>A program that is loaded.</summary>
/// <param name="Id">The kernel's number for it (bpftool prog show id).</param>
/// <param name="Instructions">eBPF instructions after the verifier's rewriting.</param>
/// <param name="JitedBytes">Bytes of machine code.</param>
public sealed record LoadedProgram(HookPoint Point, uint Id, int Instructions, int JitedBytes);

/// <summary>
/// The rule set in force, as the kernel holds it, with what it had counted when it was read. Rules and chains have no
/// counters in their own texts; ask this.
/// </summary>
public sealed class LoadedRuleSet
{
    private readonly Dictionary<(int Chain, int Number, Family Family), Counters> _counts;
    private readonly Dictionary<Chain, int> _chains;
    private readonly Dictionary<(int Chain, int Number, Family Family), int> _slots = [];
    private readonly Dictionary<int, CountedPlace> _bySlot;

    internal LoadedRuleSet(
        RuleSet rules, ulong generation, StoredRules stored, ImmutableArray<CountedPlace> places, ImmutableArray<Counters> counts, ImmutableArray<LoadedProgram> programs)
    {
        Rules = rules;
        Generation = generation;
        AppliedAt = stored.AppliedAt;
        Programs = programs;
        _chains = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < rules.Chains.Length; i++)
        {
            _chains.Add(rules.Chains[i], i);
        }

        _counts = [];
        _bySlot = [];
        for (int i = 0; i < places.Length; i++)
        {
            _counts.Add(KeyOf(places[i]), counts[i]);
            _slots.Add(KeyOf(places[i]), stored.Slots[i]);
            _bySlot.Add(stored.Slots[i], places[i]);
        }
    }

    public RuleSet Rules { get; }

    /// <summary>Number of the commit; grows by one with each.</summary>
    public ulong Generation { get; }

    public DateTimeOffset AppliedAt { get; }

    public ImmutableArray<LoadedProgram> Programs { get; }

    /// <summary>What a rule has counted; zero for a family it does not hold for.</summary>
    /// <param name="chain">A chain of <see cref="Rules"/>.</param>
    /// <param name="number">The rule's place in the chain, from 1.</param>
    public Counters OfRule(Chain chain, int number, Family family) => _counts.GetValueOrDefault((_chains[chain], number, family));

    /// <summary>What a built-in chain's policy has counted.</summary>
    public Counters OfPolicy(Chain chain, Family family) => OfRule(chain, 0, family);

    /// <summary>Index of the counter of a rule, or of a policy (number 0); it stays the rule's over reloads.</summary>
    public int CounterOf(Chain chain, int number, Family family) => _slots[(_chains[chain], number, family)];

    /// <summary>Whose counter that is, such as an event's; null for one that no rule of this generation has.</summary>
    public CountedPlace? OwnerOf(int counter) => _bySlot.GetValueOrDefault(counter);

    private (int, int, Family) KeyOf(CountedPlace place) => (_chains[place.Chain], place.Number, place.Family);
}
