using System.Collections;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Reading;

/// <summary>
/// A chain's rules in their order, in blocks of bounded size: putting one in, taking one out and finding one by number or by
/// content take little however many there are, so that a text of inserts and deletes takes no more than one of appends.
/// </summary>
internal sealed class RuleList : IEnumerable<PlacedRule>
{
    private const int BlockSize = 512;
    private readonly List<Block> _blocks = [];

    /// <summary>How many rules hold for one of the families.</summary>
    internal int Count(FamilySet families) => _blocks.Sum(block => block.Count(families));

    internal PlacedRule this[Place place]
    {
        get => _blocks[place.Block].Rules[place.Index];
        set => _blocks[place.Block].Replace(place.Index, value);
    }

    internal void Add(PlacedRule rule)
    {
        if (_blocks.Count == 0 || _blocks[^1].Rules.Count == BlockSize)
        {
            _blocks.Add(new Block());
        }

        _blocks[^1].Insert(_blocks[^1].Rules.Count, rule);
    }

    /// <summary>Puts a rule before the one at a place; returns where it is then.</summary>
    internal Place Insert(Place place, PlacedRule rule)
    {
        Block block = _blocks[place.Block];
        if (block.Rules.Count == BlockSize)
        {
            _blocks.Insert(place.Block + 1, block.Split());
            if (place.Index > block.Rules.Count)
            {
                return Insert(new Place(place.Block + 1, place.Index - block.Rules.Count), rule);
            }
        }

        block.Insert(place.Index, rule);
        return place;
    }

    internal void Remove(Place place)
    {
        _blocks[place.Block].Remove(place.Index);
        if (_blocks[place.Block].Rules.Count == 0)
        {
            _blocks.RemoveAt(place.Block);
        }
    }

    internal void Clear() => _blocks.Clear();

    /// <summary>The place of the rule that has this number, from 1, among those that hold for one of the families; null where there is none.</summary>
    internal Place? Find(FamilySet families, ulong number)
    {
        for (int i = 0; i < _blocks.Count; i++)
        {
            ulong count = (ulong)_blocks[i].Count(families);
            if (number <= count)
            {
                return new Place(i, _blocks[i].IndexOf(families, number));
            }

            number -= count;
        }

        return null;
    }

    /// <summary>The place of the first rule of the same content that holds for one of the families of <paramref name="rule"/>; null where there is none.</summary>
    internal Place? FindEqual(Rule rule)
    {
        int hash = rule.ContentHash();
        return Find(block => block.IndexOf(rule, hash)) ?? (rule.Families == FamilySet.Both ? null : Find(block => block.IndexOfHalf(rule)));
    }

    private Place? Find(Func<Block, int> indexIn)
    {
        for (int i = 0; i < _blocks.Count; i++)
        {
            if (indexIn(_blocks[i]) is >= 0 and int index)
            {
                return new Place(i, index);
            }
        }

        return null;
    }

    public IEnumerator<PlacedRule> GetEnumerator()
    {
        foreach (Block block in _blocks)
        {
            foreach (PlacedRule rule in block.Rules)
            {
                yield return rule;
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Where a rule is, until the list changes.</summary>
    internal readonly record struct Place(int Block, int Index);

    private sealed class Block
    {
        private readonly int[] _counts = new int[(int)FamilySet.Both + 1];

        /// <summary>Hashes of the rules' contents; made when they are asked for first.</summary>
        private List<int>? _hashes;

        internal List<PlacedRule> Rules { get; private init; } = [];

        internal int Count(FamilySet families) => families == FamilySet.Both
            ? Rules.Count
            : _counts[(int)families] + _counts[(int)FamilySet.Both];

        internal void Insert(int index, PlacedRule rule)
        {
            Rules.Insert(index, rule);
            _hashes?.Insert(index, rule.Rule.ContentHash());
            _counts[(int)rule.Rule.Families]++;
        }

        internal void Remove(int index)
        {
            _counts[(int)Rules[index].Rule.Families]--;
            Rules.RemoveAt(index);
            _hashes?.RemoveAt(index);
        }

        internal void Replace(int index, PlacedRule rule)
        {
            Remove(index);
            Insert(index, rule);
        }

        /// <summary>Takes the second half away and returns it.</summary>
        internal Block Split()
        {
            int half = Rules.Count / 2;
            var second = new Block();
            foreach (PlacedRule rule in Rules[half..])
            {
                second.Insert(second.Rules.Count, rule);
                _counts[(int)rule.Rule.Families]--;
            }

            Rules.RemoveRange(half, Rules.Count - half);
            _hashes = null;
            return second;
        }

        internal int IndexOf(FamilySet families, ulong number) =>
            Rules.FindIndex(placed => (placed.Rule.Families & families) != FamilySet.None && --number == 0);

        internal int IndexOf(Rule rule, int hash)
        {
            _hashes ??= [.. Rules.Select(placed => placed.Rule.ContentHash())];
            for (int i = _hashes.IndexOf(hash); i >= 0; i = _hashes.IndexOf(hash, i + 1))
            {
                if ((Rules[i].Rule.Families & rule.Families) != FamilySet.None && Rules[i].Rule.SameContent(rule))
                {
                    return i;
                }
            }

            return -1;
        }

        /// <summary>The rule of both families that, for the families of <paramref name="rule"/> alone, is as it.</summary>
        internal int IndexOfHalf(Rule rule) => Rules.FindIndex(placed => placed.Rule.Families == FamilySet.Both && placed.Rule.For(rule.Families).SameContent(rule));
    }
}
