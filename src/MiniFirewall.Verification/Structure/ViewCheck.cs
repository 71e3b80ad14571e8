using System.Collections;
using MiniFirewall.Verification.Decoding;
using MiniFirewall.Verification.Meaning;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Structure;

/// <summary>
/// Which entries of a view are found: every packet of theirs comes to a slot that gives the entry, or what ends the packet
/// before it. Entries that no slot has are asked for too: a tree leaves out what it never comes to.
/// </summary>
internal sealed class ViewCheck
{
    private readonly View _view;
    private readonly EntryTable _entries;
    private readonly ChainTable _chains;
    private readonly Findability _findability;
    private readonly TreeCheck _trees;
    private readonly SlotContents _contents;
    private readonly BitArray _found, _reachable;
    private readonly Action<int> _setFound;

    internal ViewCheck(ImageBytes image, View view, EntryTable entries, ChainTable chains, Filters? filters, SlotContents contents, Workbench bench, Effort effort)
    {
        _view = view;
        _entries = entries;
        _chains = chains;
        _contents = contents;
        _findability = new(image, view, chains, filters);
        var results = new EntryResults(image, view, entries, bench);
        _trees = new(image, view, entries, results, new(image, view, entries, chains, results, bench, effort), bench, effort);
        _found = new(entries.Capacity);
        _reachable = new(entries.Capacity);
        _setFound = index => _found[index] = true;
    }

    /// <summary>Slots and leaves.</summary>
    internal long Regions => _contents.Count + _trees.Leaves;

    /// <summary>Every packet of the entry finds it, or what ends it before.</summary>
    internal bool IsFound(int entry) => _found[entry];

    /// <summary>Some packet may come by the entry.</summary>
    internal bool IsReachable(int entry) => _reachable[entry];

    internal void Check()
    {
        CheckContents();
        CheckRest();
    }

    /// <summary>Why the entry is not found.</summary>
    internal string Obstacle(int index)
    {
        ref readonly Entry entry = ref _entries[index];
        Box box = _view.BoxOf(entry);
        int chain = _chains.Of(entry.Order);
        for (int i = 0; i < _contents.Count; i++)
        {
            (int slot, _) = _contents[i];
            if (_contents.EntriesOf(i).Contains(index))
            {
                return _findability.LeadsTo(slot, box, entry.Order, chain)
                    ? $"slot {slot}: a tree's leaf lacks it"
                    : $"slot {slot}: {_findability.Obstacle(slot, box, entry.Order, chain)}";
            }
        }

        return "no slot leads to it";
    }

    /// <summary>Entries at the slots that have them.</summary>
    private void CheckContents()
    {
        var members = new List<int>();
        for (int i = 0; i < _contents.Count; i++)
        {
            members.Clear();
            (int slot, uint reference) = _contents[i];
            foreach (int index in _contents.EntriesOf(i))
            {
                _reachable[index] = true;
                if (NeedsPlace(index, out int chain) && _findability.LeadsTo(slot, _view.BoxOf(_entries[index]), _entries[index].Order, chain))
                {
                    members.Add(index);
                }
            }

            Prove(reference, members);
        }
    }

    /// <summary>Entries that are still not found, at every slot that all their packets come to.</summary>
    private void CheckRest()
    {
        var places = new List<(int Slot, int Entry)>();
        for (int index = 0; index < _entries.Capacity; index++)
        {
            if (NeedsPlace(index, out int chain))
            {
                _findability.AddSlotsOf(_view.BoxOf(_entries[index]), _entries[index].Order, chain, index, places);
            }
        }

        places.Sort();
        var members = new List<int>();
        for (int i = 0; i < places.Count; i++)
        {
            if (!_found[places[i].Entry])
            {
                members.Add(places[i].Entry);
            }

            if (i + 1 == places.Count || places[i + 1].Slot != places[i].Slot)
            {
                Prove((uint)(_view.Slot(places[i].Slot) >> 32), members);
                members.Clear();
            }
        }
    }

    private bool NeedsPlace(int index, out int chain)
    {
        ref readonly Entry entry = ref _entries[index];
        chain = entry.IsLive && !_found[index] ? _chains.Of(entry.Order) : -1;
        return chain >= 0;
    }

    private void Prove(uint reference, List<int> members) =>
        _trees.Check(reference, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members), _setFound);
}
