using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Counting;

/// <summary>Tells the lowering which counter each rule and policy has. Rules are told apart by reference: equal rules have counters of their own.</summary>
internal sealed class CounterIndexes : ICounterIndexes
{
    private readonly Dictionary<(object Place, Family Family), int> _slots = new(PlaceComparer.Instance);

    internal CounterIndexes(ImmutableArray<CountedPlace> places, ImmutableArray<int> slots)
    {
        for (int i = 0; i < places.Length; i++)
        {
            _slots.Add(((object?)places[i].Rule ?? places[i].Chain, places[i].Family), slots[i]);
        }
    }

    public int OfRule(Chain chain, Rule rule, Family family) => _slots[(rule, family)];

    public int OfPolicy(Chain chain, Family family) => _slots[(chain, family)];

    private sealed class PlaceComparer : IEqualityComparer<(object Place, Family Family)>
    {
        internal static PlaceComparer Instance { get; } = new();

        public bool Equals((object Place, Family Family) x, (object Place, Family Family) y) =>
            ReferenceEquals(x.Place, y.Place) && x.Family == y.Family;

        public int GetHashCode((object Place, Family Family) key) =>
            HashCode.Combine(RuntimeHelpers.GetHashCode(key.Place), key.Family);
    }
}
