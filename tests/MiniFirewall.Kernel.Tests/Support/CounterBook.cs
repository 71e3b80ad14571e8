using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>Numbers the counters of a rule set from 1 on, and tells whose a number is.</summary>
internal sealed class CounterBook : ICounterIndexes
{
    private readonly Dictionary<Family, Dictionary<object, int>> _indexes = [];
    private readonly List<(Family Family, CounterPlace Place)> _places = [default];
    private readonly Dictionary<(Family, CounterPlace), int> _numbers = [];

    internal CounterBook(RuleSet rules)
    {
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            _indexes.Add(family, new(ReferenceEqualityComparer.Instance));
            foreach (Chain chain in rules.Chains.Where(chain => chain.Families.Has(family)))
            {
                Add(family, chain);
            }
        }
    }

    /// <summary>One more than the highest number.</summary>
    internal int Count => _places.Count;

    public int OfRule(Chain chain, Rule rule, Family family) => _indexes[family][rule];

    public int OfPolicy(Chain chain, Family family) => _indexes[family][chain];

    internal (Family Family, CounterPlace Place) Owner(int index) => _places[index];

    /// <summary>The number of the counter that a place owns.</summary>
    internal int Of(Family family, CounterPlace place) => _numbers[(family, place)];

    private void Add(Family family, Chain chain)
    {
        if (chain.IsBuiltIn)
        {
            Add(family, chain, new CounterPlace(chain.Name, 0));
        }

        int number = 0;
        foreach (Rule rule in chain.Rules.Where(rule => rule.Families.Has(family)))
        {
            Add(family, rule, new CounterPlace(chain.Name, ++number));
        }
    }

    private void Add(Family family, object owner, CounterPlace place)
    {
        _indexes[family].Add(owner, _places.Count);
        _numbers.Add((family, place), _places.Count);
        _places.Add((family, place));
    }
}
