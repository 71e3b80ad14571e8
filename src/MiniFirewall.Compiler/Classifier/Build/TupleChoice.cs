namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>A tuple: the prefix lengths and the exact fields that its keys have. Category as in <see cref="EntryForm.Category"/>.</summary>
internal readonly record struct TupleForm(int Category, int SourceLength, int DestinationLength);

/// <summary>
/// Divides the entries of one view into at most <see cref="MostTuples"/> tuples, so that a packet's probes and the entries it
/// reads in vain cost least. Within a category (which of ports and protocol are exact) the plane of prefix lengths is cut
/// into rectangles by a guillotine dynamic programme (the idea of DynamicTuple); a rectangle's cost is one probe and the
/// entries that a sampled packet meets in it, which one pass over sampled entries and packets and four-dimensional sums give
/// for all rectangles at once.
/// </summary>
internal sealed class TupleChoice
{
    /// <summary>One fewer than an image holds: the last is kept for entries that come later and fit nowhere.</summary>
    internal const int MostTuples = Image.ImageFormat.MaxTuples - 1;

    private const int SampledPackets = 500, SampledEntries = 1000;
    private const double ScanCost = 6;

    private readonly EntryForm[] _entries;
    private readonly Func<EntryForm, int> _categoryOf;
    private readonly int _width;
    private readonly Sampling _packets;
    private readonly List<int>[] _categories = new List<int>[8];

    private TupleChoice(EntryForm[] entries, Func<EntryForm, int> categoryOf, int width)
    {
        _entries = entries;
        _categoryOf = categoryOf;
        _width = width;
        _packets = new(entries, width, SampledPackets);
    }

    /// <summary>The tuples, and for each entry the index of its own.</summary>
    internal static (List<TupleForm> Tuples, int[] TupleOf) Of(EntryForm[] entries, Func<EntryForm, int> categoryOf, int width) =>
        new TupleChoice(entries, categoryOf, width).Choose();

    private (List<TupleForm> Tuples, int[] TupleOf) Choose()
    {
        for (int i = 0; i < _entries.Length; i++)
        {
            (_categories[_categoryOf(_entries[i])] ??= []).Add(i);
        }

        List<(int Category, LengthPlane Plane)> planes = [];
        for (int category = 0; category < _categories.Length; category++)
        {
            if (_categories[category] is { } members)
            {
                planes.Add((category, new LengthPlane(_entries, members, category, _packets, _width, Math.Max(64, (int)((long)SampledEntries * members.Count / _entries.Length)))));
            }
        }

        for (double probeCost = 10; ; probeCost *= 1.5)
        {
            List<(int Category, Rectangle Area, LengthPlane Plane)> areas =
                [.. planes.SelectMany(p => p.Plane.Cut(probeCost, ScanCost).Select(area => (p.Category, area, p.Plane)))];
            if (areas.Count <= MostTuples)
            {
                return Assign(areas);
            }
        }
    }

    private (List<TupleForm> Tuples, int[] TupleOf) Assign(List<(int Category, Rectangle Area, LengthPlane Plane)> areas)
    {
        var tupleOf = new int[_entries.Length];
        List<TupleForm> tuples = [.. areas.Select(a => new TupleForm(a.Category, a.Plane.SourceLength(a.Area), a.Plane.DestinationLength(a.Area)))];
        foreach (var group in areas.Select((a, index) => (a, index)).GroupBy(pair => pair.a.Category))
        {
            LengthPlane plane = group.First().a.Plane;
            int[] byCell = plane.NewCells();
            foreach (((int Category, Rectangle Area, LengthPlane Plane) area, int index) in group)
            {
                plane.Fill(byCell, area.Area, index);
            }

            foreach (int entry in _categories[group.Key])
            {
                tupleOf[entry] = byCell[plane.CellOf(_entries[entry])];
            }
        }

        return (tuples, tupleOf);
    }
}
