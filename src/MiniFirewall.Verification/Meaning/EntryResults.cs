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
    private readonly Dictionary<(EntryKind Kind, Intervals Asked), int> _classes = [];
    private readonly List<(int Extent, int Ending)> _results = [];
    private readonly Dictionary<(int Class, int Region), bool> _meets = [];
    private readonly Dictionary<(int Class, int Region, int By), bool> _ended = [];
    private readonly int[] _classOf = new int[entries.Capacity];
    private int _generation;

    private readonly record struct Intervals(uint Source, uint Destination, ushort Protocol);

    /// <summary>Whether the entry may concern a packet of the region.</summary>
    internal bool Meets(int entry, int region)
    {
        int number = ClassOf(entry);
        if (region == Diagrams.Always)
        {
            return _results[number].Extent != Diagrams.Never;
        }

        if (!_meets.TryGetValue((number, region), out bool meets))
        {
            meets = bench.Diagrams.And(_results[number].Extent, region) != Diagrams.Never;
            _meets.Add((number, region), meets);
        }

        return meets;
    }

    /// <summary>Whether every packet of the region that the entry concerns is one that the other entry ends.</summary>
    internal bool EndedBy(int entry, int by, int region)
    {
        int number = ClassOf(entry), other = ClassOf(by);
        if (_results[other].Ending == Diagrams.Always)
        {
            return true;
        }

        if (!_ended.TryGetValue((number, region, other), out bool ended))
        {
            int concerned = bench.Diagrams.And(_results[number].Extent, region);
            ended = bench.Diagrams.AndNot(concerned, _results[other].Ending) == Diagrams.Never;
            _ended.Add((number, region, other), ended);
        }

        return ended;
    }

    /// <summary>Whether both entries do the same with every packet in both their boxes.</summary>
    internal bool SameProgram(int entry, int other) => ClassOf(entry) == ClassOf(other);

    /// <summary>The packets that the entry concerns, all of them told by their bits.</summary>
    internal int ConcernOf(int entry) => bench.Diagrams.And(BoxOf(entry), _results[ClassOf(entry)].Extent);

    /// <summary>The packets that the entry ends.</summary>
    internal int EndOf(int entry) => bench.Diagrams.And(BoxOf(entry), _results[ClassOf(entry)].Ending);

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
            _results.Add(Compute(kind, entry.Box));
            _classes.Add(key, number);
        }

        return number;
    }

    private static Intervals IntervalsOf(in Box box, PartSet asked) => new(
        asked.Has(Part.SourcePort) ? Pack(box, Dimension.SourcePort) : 0,
        asked.Has(Part.DestinationPort) ? Pack(box, Dimension.DestinationPort) : 0,
        asked.Has(Part.Protocol) ? (ushort)Pack(box, Dimension.Protocol) : (ushort)0);

    private static uint Pack(in Box box, Dimension dimension) =>
        dimension == Dimension.Protocol
            ? (uint)(box.Low[(int)dimension] | (box.High[(int)dimension] << 8))
            : (uint)(box.Low[(int)dimension] | (box.High[(int)dimension] << 16));

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
