using MiniFirewall.Verification.Decoding;
using MiniFirewall.Verification.Structure;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Meaning;

/// <summary>
/// What an entry's program says, within the entry's box: for trees, which do not care for more. Answers are kept: entries
/// with one program and the same intervals where it asks for them share them.
/// </summary>
internal sealed class EntryResults(ImageBytes image, View view, EntryTable entries, Workbench bench)
{
    /// <summary>Beyond so many kinds of entries, diagrams would be too many: intervals, and leaves looked at exactly, must do.</summary>
    private const int MostInDiagrams = 10_000;

    private readonly Dictionary<(EntryKind Kind, Intervals Asked), int> _classes = [];
    private readonly List<EntryClass> _results = [];
    private readonly Dictionary<(int Class, int Region), bool> _meets = [];
    private readonly Dictionary<(int Class, int Region, int By), bool> _ended = [];
    private readonly int[] _classOf = new int[entries.Capacity];
    private int _generation;

    private readonly record struct Intervals(uint Source, uint Destination, ushort Protocol);

    /// <summary>Entries of one kind, with the same intervals where their program asks for them.</summary>
    private sealed class EntryClass(EntryKind kind, Box box, Conjunction required)
    {
        internal EntryKind Kind => kind;

        internal Box Box => box;

        /// <summary>Packets outside are missed.</summary>
        internal Conjunction Required => required;

        /// <summary>Diagrams of what it concerns, and what it ends; made when they are asked for.</summary>
        internal (int Extent, int Ending)? Diagrams { get; set; }
    }

    /// <summary>Whether the entry may concern a packet of the region.</summary>
    internal bool Meets(int entry, RestOfRegion region)
    {
        int number = ClassOf(entry);
        EntryClass own = _results[number];
        foreach (Lane lane in own.Required.Lanes)
        {
            foreach (Lane other in region.Lanes)
            {
                if (lane.IsSame(other) && !lane.Meets(other))
                {
                    return false;
                }
            }
        }

        if (own.Required.IsExact || _results.Count > MostInDiagrams)
        {
            return true;
        }

        if (!_meets.TryGetValue((number, region.Diagram), out bool meets))
        {
            meets = bench.Diagrams.And(DiagramsOf(own).Extent, region.Diagram) != Diagrams.Never;
            _meets.Add((number, region.Diagram), meets);
        }

        return meets;
    }

    /// <summary>Whether every packet of the region that the entry concerns is surely one that the other entry ends.</summary>
    internal bool EndedBy(int entry, int by, RestOfRegion region)
    {
        int number = ClassOf(entry), otherNumber = ClassOf(by);
        EntryClass own = _results[number], other = _results[otherNumber];
        if (other.Required.IsExact)
        {
            return other.Kind.Ends && LiesWithin(own, region, other);
        }

        if (_results.Count > MostInDiagrams)
        {
            return false;
        }

        if (!_ended.TryGetValue((number, region.Diagram, otherNumber), out bool ended))
        {
            int concerned = bench.Diagrams.And(DiagramsOf(own).Extent, region.Diagram);
            ended = bench.Diagrams.AndNot(concerned, DiagramsOf(other).Ending) == Diagrams.Never;
            _ended.Add((number, region.Diagram, otherNumber), ended);
        }

        return ended;
    }

    /// <summary>Each interval of the other contains what the region and the entry leave of it.</summary>
    private static bool LiesWithin(EntryClass own, RestOfRegion region, EntryClass other)
    {
        foreach (Lane lane in other.Required.Lanes)
        {
            ulong low = 0, high = lane.Mask;
            Narrow(own.Required.Lanes, lane, ref low, ref high);
            Narrow(region.Lanes, lane, ref low, ref high);
            if (low < lane.Low || high > lane.High)
            {
                return false;
            }
        }

        return true;
    }

    private static void Narrow(Lane[] lanes, in Lane lane, ref ulong low, ref ulong high)
    {
        foreach (Lane other in lanes)
        {
            if (other.IsSame(lane))
            {
                (low, high) = (Math.Max(low, other.Low), Math.Min(high, other.High));
            }
        }
    }

    /// <summary>Whether both entries do the same with every packet in both their boxes.</summary>
    internal bool SameProgram(int entry, int other) => ClassOf(entry) == ClassOf(other);

    /// <summary>The packets that the entry concerns, all of them told by their bits.</summary>
    internal int ConcernOf(int entry) => bench.Diagrams.And(BoxOf(entry), DiagramsOf(_results[ClassOf(entry)]).Extent);

    /// <summary>The packets that the entry ends.</summary>
    internal int EndOf(int entry) => bench.Diagrams.And(BoxOf(entry), DiagramsOf(_results[ClassOf(entry)]).Ending);

    private int BoxOf(int entry) => bench.Boxes.Of(view.BoxOf(entries[entry]), Part.Protocol, PartSet.None);

    private int ClassOf(int index)
    {
        Renew();
        if (_classOf[index] == 0)
        {
            ref readonly Entry entry = ref entries[index];
            _classOf[index] = NumberOf(EntryKind.Of(image, view, entry), entry) + 1;
        }

        return _classOf[index] - 1;
    }

    private int NumberOf(EntryKind kind, in Entry entry)
    {
        PartSet asked = kind.Program == 0 ? PartSet.None : bench.Ops.AskedOf(kind.Program);
        var key = (kind, IntervalsOf(entry.Box, asked));
        if (!_classes.TryGetValue(key, out int number))
        {
            number = _results.Count;
            _results.Add(new(kind, entry.Box, RequiredOf(kind, entry.Box)));
            _classes.Add(key, number);
        }

        return number;
    }

    private Conjunction RequiredOf(EntryKind kind, in Box box)
    {
        if (kind.Program == 0)
        {
            return view.IsOdd ? Conjunction.Unknown : Conjunction.Everything;
        }

        return bench.Ops.ErrorOf(kind.Program) is null ? Conjunction.Of(image, kind.Program, box) : Conjunction.Unknown;
    }

    private static Intervals IntervalsOf(in Box box, PartSet asked) => new(
        asked.Has(Part.SourcePort) ? Pack(box, Dimension.SourcePort) : 0,
        asked.Has(Part.DestinationPort) ? Pack(box, Dimension.DestinationPort) : 0,
        asked.Has(Part.Protocol) ? (ushort)Pack(box, Dimension.Protocol) : (ushort)0);

    private static uint Pack(in Box box, Dimension dimension) =>
        dimension == Dimension.Protocol
            ? (uint)(box.Low[(int)dimension] | (box.High[(int)dimension] << 8))
            : (uint)(box.Low[(int)dimension] | (box.High[(int)dimension] << 16));

    private (int Extent, int Ending) DiagramsOf(EntryClass entries) => entries.Diagrams ??= Compute(entries.Kind, entries.Box);

    /// <summary>A program that cannot run is a finding elsewhere; here it concerns everything and ends nothing.</summary>
    private (int Extent, int Ending) Compute(EntryKind kind, in Box box)
    {
        bool isBroken = kind.Program == 0 ? view.IsOdd : bench.Ops.ErrorOf(kind.Program) is not null;
        if (isBroken)
        {
            return (Diagrams.Always, Diagrams.Never);
        }

        Results results = kind.Program == 0 ? Results.Matched : bench.Ops.Of(kind.Program, box, PartSet.None);
        int invalid = view.IsOdd ? results.Invalid : Diagrams.Never;
        int extent = bench.Diagrams.Or(results.Match, invalid);
        return (extent, kind.Ends ? extent : invalid);
    }

    private void Renew()
    {
        if (_generation == bench.Generation)
        {
            return;
        }

        _generation = bench.Generation;
        _classes.Clear();
        _results.Clear();
        _meets.Clear();
        _ended.Clear();
        Array.Clear(_classOf);
    }
}
