using MiniFirewall.Verification.Decoding;
using MiniFirewall.Verification.Meaning;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Structure;

/// <summary>
/// Whether a run or list serves entries in a region: it holds the entry, or an entry before it ends every packet of the
/// region that this one concerns, or one of the same statement does the same with all these packets.
/// </summary>
internal sealed class LeafCheck(
    ImageBytes image, View view, EntryTable entries, ChainTable chains, EntryResults results, Workbench bench, Effort effort)
{
    /// <summary>Steps that an operation on diagrams counts for.</summary>
    private const int DiagramEffort = 200;

    private readonly int[] _leafOf = new int[entries.Capacity];
    private readonly List<int> _held = [];
    private int _leaf;

    /// <summary>Calls <paramref name="fail"/> for each member that the leaf does not serve.</summary>
    /// <param name="reference">Of a run or list, or of nothing.</param>
    internal void Check(uint reference, ReadOnlySpan<int> members, in Region region, Action<int> fail)
    {
        Hold(reference);
        foreach (int member in members)
        {
            if (_leafOf[member] != _leaf && !IsServed(member, region) && !IsServedExactly(member, region))
            {
                fail(member);
            }
        }
    }

    private void Hold(uint reference)
    {
        _leaf++;
        _held.Clear();
        var sequence = new Sequence(image, entries, reference);
        while (References.IsSequence(reference) && effort.Spend() && sequence.Next(out int entry))
        {
            _leafOf[entry] = _leaf;
            if (entries[entry].IsLive)
            {
                _held.Add(entry);
            }
        }
    }

    /// <summary>From the last one on: a list is cut behind an entry that ends its region.</summary>
    private bool IsServed(int member, in Region region)
    {
        for (int i = _held.Count - 1; i >= 0 && effort.Spend(); i--)
        {
            if (Serves(_held[i], member, region))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether what the member concerns in the region is nothing, or all ended by entries before it, of which none alone need
    /// end all.
    /// </summary>
    private bool IsServedExactly(int member, in Region region)
    {
        ref readonly Entry entry = ref entries[member];
        uint first = chains.Rows[chains.Of(entry.Order)].First;
        int left = bench.Diagrams.And(results.ConcernOf(member), bench.Diagrams.And(region.Rest.Diagram, bench.Boxes.Of(region.Box, Part.Protocol, PartSet.None)));
        for (int i = 0; i < _held.Count && left != Diagrams.Never && effort.Spend(DiagramEffort); i++)
        {
            uint order = entries[_held[i]].Order;
            if (order >= first && order < entry.Order)
            {
                left = bench.Diagrams.AndNot(left, results.EndOf(_held[i]));
            }
        }

        return left == Diagrams.Never;
    }

    private bool Serves(int held, int member, in Region region)
    {
        ref readonly Entry other = ref entries[held];
        ref readonly Entry entry = ref entries[member];
        if (other.Order > entry.Order || !view.BoxOf(other).Covers(view.BoxOf(entry), region.Box))
        {
            return false;
        }

        if (other.Order == entry.Order)
        {
            return other.Action == entry.Action && results.SameProgram(held, member);
        }

        int chain = chains.Of(entry.Order);
        return other.Order >= chains.Rows[chain].First && results.EndedBy(member, held, region.Rest);
    }
}
