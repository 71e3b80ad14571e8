using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Sets;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Rules.Reading;

/// <summary>The sets that a text has made so far.</summary>
internal sealed class SetTable
{
    /// <summary>What a set's number has room for.</summary>
    internal const int Most = 65_535;

    private readonly List<NamedSet> _sets = [];
    private readonly Dictionary<string, NamedSet> _byName = [];

    internal SetTable(ImmutableArray<NamedSet> given)
    {
        foreach (NamedSet set in given)
        {
            Add(set);
        }
    }

    internal IReadOnlyList<NamedSet> All => _sets;

    internal IReadOnlyDictionary<string, NamedSet> ByName => _byName;

    internal NamedSet Add(string name, SetType type, FamilySet families, SetDetails details)
    {
        var set = new NamedSet(name, _sets.Count, type, families, new SetElements(), details);
        Add(set);
        return set;
    }

    private void Add(NamedSet set)
    {
        _sets.Add(set);
        _byName.Add(set.Name, set);
    }
}
