namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>Index ranges of source and destination lengths, inclusive.</summary>
internal readonly record struct Rectangle(int X1, int X2, int Y1, int Y2);

/// <summary>The plane of prefix lengths of one category's entries, with what each rectangle of it would cost as one tuple.</summary>
internal sealed class LengthPlane
{
    private readonly LengthGrid _sources, _destinations;
    private readonly int _ns, _nd;

    /// <summary>Entries in the cells up to (x, y), by x * nd + y.</summary>
    private readonly int[] _counts;

    /// <summary>For each rectangle: sampled pairs of an entry in it and a packet with the entry's key.</summary>
    private readonly float[] _pairs;

    /// <summary>Entries that one packet reads, for one sampled pair.</summary>
    private readonly double _scale;

    internal LengthPlane(EntryForm[] entries, List<int> members, int category, Sampling sampling, int width, int sample)
    {
        Span<int> sourceCounts = new int[129], destinationCounts = new int[129];
        foreach (int member in members)
        {
            sourceCounts[entries[member].SourceLength]++;
            destinationCounts[entries[member].DestinationLength]++;
        }

        _sources = new(sourceCounts);
        _destinations = new(destinationCounts);
        (_ns, _nd) = (_sources.Count, _destinations.Count);
        _counts = CountCells(entries, members);
        _pairs = new float[_ns * _nd * _ns * _nd];
        int sampled = Math.Min(sample, members.Count);
        for (int i = 0; i < sampled; i++)
        {
            AddPairs(entries[members[sampled == members.Count ? i : sampling.Next(members.Count)]], category, sampling.Packets, width);
        }

        SumPairs();
        _scale = (double)members.Count / sampled / sampling.Packets.Length;
    }

    internal int SourceLength(Rectangle area) => _sources.Lengths[area.X1];

    internal int DestinationLength(Rectangle area) => _destinations.Lengths[area.Y1];

    internal int[] NewCells() => new int[_ns * _nd];

    internal int CellOf(in EntryForm entry) => (_sources.IndexOf(entry.SourceLength) * _nd) + _destinations.IndexOf(entry.DestinationLength);

    internal void Fill(int[] cells, Rectangle area, int value)
    {
        for (int x = area.X1; x <= area.X2; x++)
        {
            cells.AsSpan((x * _nd) + area.Y1, area.Y2 - area.Y1 + 1).Fill(value);
        }
    }

    /// <summary>The cheapest way to cut the plane into rectangles; those without entries are left out.</summary>
    internal List<Rectangle> Cut(double probeCost, double scanCost)
    {
        var cost = new float[_pairs.Length];
        var cut = new sbyte[_pairs.Length];
        for (int w = 0; w < _ns; w++)
        {
            for (int h = 0; h < _nd; h++)
            {
                for (int x = 0; x + w < _ns; x++)
                {
                    for (int y = 0; y + h < _nd; y++)
                    {
                        Choose(new(x, x + w, y, y + h), cost, cut, probeCost, scanCost);
                    }
                }
            }
        }

        return Collect(cut);
    }

    /// <summary>Whole: 0. Cut behind source index x: x + 1. Cut behind destination index y: -(y + 1).</summary>
    private void Choose(Rectangle area, float[] cost, sbyte[] cut, double probeCost, double scanCost)
    {
        int id = IdOf(area.X1, area.Y1, area.X2, area.Y2);
        if (CountIn(area) == 0)
        {
            return;
        }

        float best = (float)(probeCost + (scanCost * _pairs[id] * _scale));
        sbyte choice = 0;
        for (int x = area.X1; x < area.X2; x++)
        {
            float both = cost[IdOf(area.X1, area.Y1, x, area.Y2)] + cost[IdOf(x + 1, area.Y1, area.X2, area.Y2)];
            if (both < best)
            {
                (best, choice) = (both, (sbyte)(x + 1));
            }
        }

        for (int y = area.Y1; y < area.Y2; y++)
        {
            float both = cost[IdOf(area.X1, area.Y1, area.X2, y)] + cost[IdOf(area.X1, y + 1, area.X2, area.Y2)];
            if (both < best)
            {
                (best, choice) = (both, (sbyte)-(y + 1));
            }
        }

        (cost[id], cut[id]) = (best, choice);
    }

    private List<Rectangle> Collect(sbyte[] cut)
    {
        var areas = new List<Rectangle>();
        var open = new Stack<Rectangle>([new(0, _ns - 1, 0, _nd - 1)]);
        while (open.TryPop(out Rectangle area))
        {
            if (CountIn(area) == 0)
            {
                continue;
            }

            int choice = cut[IdOf(area.X1, area.Y1, area.X2, area.Y2)];
            if (choice == 0)
            {
                areas.Add(area);
            }
            else if (choice > 0)
            {
                open.Push(area with { X1 = choice });
                open.Push(area with { X2 = choice - 1 });
            }
            else
            {
                open.Push(area with { Y1 = -choice });
                open.Push(area with { Y2 = -choice - 1 });
            }
        }

        return areas;
    }

    private int IdOf(int x1, int y1, int x2, int y2) => (((((x1 * _nd) + y1) * _ns) + x2) * _nd) + y2;

    private int CountIn(Rectangle area) => Count(area.X2, area.Y2) - Count(area.X1 - 1, area.Y2) - Count(area.X2, area.Y1 - 1) + Count(area.X1 - 1, area.Y1 - 1);

    private int Count(int x, int y) => x < 0 || y < 0 ? 0 : _counts[(x * _nd) + y];

    private int[] CountCells(EntryForm[] entries, List<int> members)
    {
        int[] counts = NewCells();
        foreach (int member in members)
        {
            counts[CellOf(entries[member])]++;
        }

        for (int x = 0; x < _ns; x++)
        {
            for (int y = 0; y < _nd; y++)
            {
                counts[(x * _nd) + y] += (x > 0 ? counts[((x - 1) * _nd) + y] : 0) + (y > 0 ? counts[(x * _nd) + y - 1] : 0)
                    - (x > 0 && y > 0 ? counts[((x - 1) * _nd) + y - 1] : 0);
            }
        }

        return counts;
    }

    /// <summary>A packet has the entry's key in a tuple if they agree on the tuple's leading bits and the exact fields.</summary>
    private void AddPairs(in EntryForm entry, int category, SampledPacket[] packets, int width)
    {
        int x = _sources.IndexOf(entry.SourceLength), y = _destinations.IndexOf(entry.DestinationLength);
        AddressBits source = AddressBits.Of(entry.Source, width), destination = AddressBits.Of(entry.Destination, width);
        foreach (ref readonly SampledPacket packet in packets.AsSpan())
        {
            if (packet.Chain != entry.Chain || ((category & 1) != 0 && packet.SourcePort != entry.SourcePort)
                || ((category & 2) != 0 && packet.DestinationPort != entry.DestinationPort) || ((category & 4) != 0 && packet.Protocol != entry.Protocol))
            {
                continue;
            }

            int a = _sources.IndexOf(Math.Min(source.Common(packet.Source), entry.SourceLength));
            int b = _destinations.IndexOf(Math.Min(destination.Common(packet.Destination), entry.DestinationLength));
            if (a >= 0 && b >= 0)
            {
                _pairs[IdOf(a, b, x, y)]++;
            }
        }
    }

    /// <summary>From single cells to rectangles: keys at least as long as (x1, y1), entries at most as long as (x2, y2).</summary>
    private void SumPairs()
    {
        int inner = _ns * _nd;
        for (int x = _ns - 2; x >= 0; x--)
        {
            AddSpan((x + 1) * _nd * inner, x * _nd * inner, _nd * inner);
        }

        for (int x = 0; x < _ns; x++)
        {
            for (int y = _nd - 2; y >= 0; y--)
            {
                AddSpan(((x * _nd) + y + 1) * inner, ((x * _nd) + y) * inner, inner);
            }
        }

        for (int cell = 0; cell < inner; cell++)
        {
            for (int x = 1; x < _ns; x++)
            {
                AddSpan((cell * inner) + ((x - 1) * _nd), (cell * inner) + (x * _nd), _nd);
            }

            for (int i = 0; i < inner; i++)
            {
                if (i % _nd != 0)
                {
                    _pairs[(cell * inner) + i] += _pairs[(cell * inner) + i - 1];
                }
            }
        }
    }

    private void AddSpan(int from, int to, int length)
    {
        Span<float> target = _pairs.AsSpan(to, length), source = _pairs.AsSpan(from, length);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] += source[i];
        }
    }
}
