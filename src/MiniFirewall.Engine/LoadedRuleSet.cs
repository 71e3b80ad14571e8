using System.Collections.Immutable;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
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
    /// <summary>Where a chain's part of the tables begins: its policies, then its rules, two families each.</summary>
    private readonly Dictionary<Chain, int> _chains = new(ReferenceEqualityComparer.Instance);
    private readonly Counters[] _counts;
    private readonly int[] _slots;
    private readonly Lazy<Dictionary<int, CountedPlace>> _bySlot;

    internal LoadedRuleSet(
        StoredRuleSet stored,
        ulong generation,
        DateTimeOffset appliedAt,
        ImmutableArray<CountedPlace> places,
        ImmutableArray<Counters> counts,
        ImmutableArray<LoadedProgram> programs)
    {
        Rules = stored.Rules;
        Generation = generation;
        AppliedAt = appliedAt;
        Programs = programs;
        int size = 0;
        foreach (Chain chain in Rules.Chains)
        {
            _chains.Add(chain, size);
            size += 2 * (chain.Rules.Length + 1);
        }

        _counts = new Counters[size];
        _slots = new int[size];
        for (int i = 0; i < places.Length; i++)
        {
            int at = IndexOf(places[i].Chain, places[i].Number, places[i].Family);
            _counts[at] = counts[i];
            _slots[at] = stored.Slots[i];
        }

        _bySlot = new(() => places.Zip(stored.Slots).ToDictionary(entry => entry.Second, entry => entry.First));
    }

    public RuleSet Rules { get; }

    /// <summary>Number of the commit; grows by one with each.</summary>
    public ulong Generation { get; }

    public DateTimeOffset AppliedAt { get; }

    public ImmutableArray<LoadedProgram> Programs { get; }

    /// <summary>What a rule has counted; zero for a family it does not hold for.</summary>
    /// <param name="chain">A chain of <see cref="Rules"/>.</param>
    /// <param name="number">The rule's place in the chain, from 1.</param>
    public Counters OfRule(Chain chain, int number, Family family) => _counts[IndexOf(chain, number, family)];

    /// <summary>What a built-in chain's policy has counted.</summary>
    public Counters OfPolicy(Chain chain, Family family) => OfRule(chain, 0, family);

    /// <summary>Index of the counter of a rule, or of a policy (number 0); it stays the rule's over reloads.</summary>
    public int CounterOf(Chain chain, int number, Family family) => _slots[IndexOf(chain, number, family)];

    /// <summary>Whose counter that is, such as an event's; null for one that no rule of this generation has.</summary>
    public CountedPlace? OwnerOf(int counter) => _bySlot.Value.GetValueOrDefault(counter);

    private int IndexOf(Chain chain, int number, Family family) => _chains[chain] + (2 * number) + (family == Family.IPv4 ? 0 : 1);
}
