using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Structure;

/// <summary>
/// Whether every packet of an entry's box comes to a slot: through a tuple that the chain has, that no filter refuses, that
/// is asked while the best order so far is still worse, and whose masked key is one for all these packets.
/// </summary>
internal sealed class Findability
{
    private readonly View _view;
    private readonly ChainTable _chains;
    private readonly Filters? _filters;
    private readonly bool _isV6;

    /// <summary>By chain and tuple, the largest MinOrder of the chain's tuples up to this one.</summary>
    private readonly uint[] _largestMinOrder;
    private int _lastTuple;

    /// <param name="filters">Null in the odd view, which has none.</param>
    internal Findability(ImageBytes image, View view, ChainTable chains, Filters? filters)
    {
        _view = view;
        _chains = chains;
        _filters = filters;
        _isV6 = image.IsV6;
        _largestMinOrder = new uint[chains.Rows.Length * ImageFormat.MaxTuples];
        for (int c = 0; c < chains.Rows.Length; c++)
        {
            ulong tuples = chains.Rows[c].TuplesOf(view);
            uint largest = 0;
            for (int t = 0; t < ImageFormat.MaxTuples; t++)
            {
                largest = ((tuples >> t) & 1) != 0 ? Math.Max(largest, view.TupleOf(t).MinOrder) : largest;
                _largestMinOrder[(c * ImageFormat.MaxTuples) + t] = largest;
            }
        }
    }

    /// <summary>Whether all packets of the box, looking for the order in the chain, come to the slot.</summary>
    internal bool LeadsTo(int slot, in Box box, uint order, int chain)
    {
        ulong open = _chains.Rows[chain].TuplesOf(_view) & (_filters?.Of(box) ?? ulong.MaxValue);
        if (((open >> _lastTuple) & 1) != 0 && IsBy(_lastTuple, slot, box, order, chain))
        {
            return true;
        }

        while (open != 0)
        {
            int tuple = View.NextBit(ref open);
            if (IsBy(tuple, slot, box, order, chain))
            {
                _lastTuple = tuple;
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds all slots that all packets of the box come to, each with the entry.</summary>
    internal void AddSlotsOf(in Box box, uint order, int chain, int entry, List<(int Slot, int Entry)> places)
    {
        ulong open = _chains.Rows[chain].TuplesOf(_view) & (_filters?.Of(box) ?? ulong.MaxValue);
        while (open != 0)
        {
            int tuple = View.NextBit(ref open);
            ref readonly ImageTuple found = ref _view.TupleOf(tuple);
            if (_largestMinOrder[(chain * ImageFormat.MaxTuples) + tuple] <= order && found.IsFixedIn(box) && ProbeOf(found, box, chain) is >= 0 and int slot)
            {
                places.Add((slot, entry));
            }
        }
    }

    /// <summary>Why no tuple leads to the slot: what stops the one that comes nearest.</summary>
    internal string Obstacle(int slot, in Box box, uint order, int chain)
    {
        string obstacle = "no tuple's masks and hash lead all its packets there";
        for (int t = 0; t < ImageFormat.MaxTuples; t++)
        {
            ref readonly ImageTuple tuple = ref _view.TupleOf(t);
            if (!tuple.IsFixedIn(box) || ProbeOf(tuple, box, chain) != slot)
            {
                continue;
            }

            obstacle = WhatStops(t, box, order, chain);
        }

        return obstacle;
    }

    private string WhatStops(int tuple, in Box box, uint order, int chain)
    {
        if (((_chains.Rows[chain].TuplesOf(_view) >> tuple) & 1) == 0)
        {
            return $"tuple {tuple} is not the chain's";
        }

        uint before = _largestMinOrder[(chain * ImageFormat.MaxTuples) + tuple];
        return before > order
            ? $"the search stops at a least order of {before}, before tuple {tuple} gives order {order}"
            : $"tuple {tuple} is kept from some packet by the {_filters?.Refusing(box, tuple)}";
    }

    private bool IsBy(int tuple, int slot, in Box box, uint order, int chain)
    {
        ref readonly ImageTuple found = ref _view.TupleOf(tuple);
        return _largestMinOrder[(chain * ImageFormat.MaxTuples) + tuple] <= order
            && found.IsFixedIn(box)
            && ProbeOf(found, box, chain) == slot;
    }

    private int ProbeOf(in ImageTuple tuple, in Box box, int chain) => _view.Probe(Hashing.Of(box.Low, tuple, _chains.Rows[chain].Salt, _isV6));
}
