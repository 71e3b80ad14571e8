using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>Builds the image of one family's packet programs. The same programs give the same bytes.</summary>
internal sealed class ImageBuilder
{
    /// <summary>Entries of a bucket that are read in turn rather than by a tree.</summary>
    private const int LongestRun = 16;

    /// <summary>Keys a slot: a probe's end is a branch that is foreseen the better the shorter it is. Odd packets may wait.</summary>
    private const double OrdinaryLoad = 0.45, OddLoad = 0.75;

    /// <summary>Entries of runs an element: the fewer, the nearer are they to their homes. Of very many entries none has room beside it.</summary>
    private const double HomeLoad = 0.65, DenseHomeLoad = 1;

    private const int MostWithRoom = 1_000_000;

    private readonly Family _family;
    private readonly ListedStatements _list;
    private readonly EntryForm[] _entries;
    private readonly EntryTable _table;
    private readonly ReferenceTable _references;
    private readonly ViewBuilder _ordinary, _odd;
    private readonly OrdinaryBoxes _ordinaryBoxes;
    private readonly OddBoxes _oddBoxes;
    private readonly AddressFilter _sources, _destinations;

    /// <summary>Room for changes: a part of the entries there are, and as much as costs nothing.</summary>
    private const int SparePart = 64, LeastSpare = 512, RefsPerEntry = 8, LeastRefs = 16384, SpareChains = 64;

    private ImageBuilder(ImmutableArray<PacketProgram> programs, QuestionNumbers questions)
    {
        _family = programs[0].Family;
        _list = ListedStatements.Of(programs, questions);
        _entries = _list.Entries;
        bool isV6 = _family == Family.IPv6;
        int[] ordinary = [.. Enumerable.Range(0, _entries.Length).Where(i => _entries[i].IsOrdinary)];
        _ordinary = new ViewBuilder(_entries, ordinary, entry => entry.Category, isV6);
        _odd = new ViewBuilder(_entries, [.. Enumerable.Range(0, _entries.Length)], _ => 0, isV6);
        _ordinaryBoxes = new(_entries, _list.SidesOfEntries, _family);
        _oddBoxes = new(_entries, _list.OddShapesOfEntries, _ordinaryBoxes);
        _sources = AddressFilter.For(_entries, isV6, ofSource: true);
        _destinations = AddressFilter.For(_entries, isV6, ofSource: false);
        _table = new(_entries.Length);
        _references = new(_table);
    }

    /// <summary>The image, with room for later changes only where <paramref name="spare"/> says so.</summary>
    internal static ClassifierImage Build(ImmutableArray<PacketProgram> programs, QuestionNumbers questions, bool spare) =>
        new ImageBuilder(programs, questions).Build(spare);

    private ClassifierImage Build(bool spare)
    {
        PlacedView ordinary = PlacedView.Of(_ordinary, OrdinaryLoad), odd = PlacedView.Of(_odd, OddLoad);
        int inRuns = ordinary.Buckets.Where(bucket => bucket.Length <= LongestRun).Sum(bucket => bucket.Length);
        int homeScale = (int)(inRuns / (inRuns > MostWithRoom ? DenseHomeLoad : HomeLoad) / ordinary.Slots.Range * (1 << ImageLayout.HomeShift));
        uint[] references = ordinary.Refer((bucket, place) => ReferToOrdinary(bucket, ImageLayout.HomeOf(place, homeScale)));
        uint[] oddReferences = odd.Refer((bucket, _) => ReferToOdd(bucket));
        (SlotTable slots, SlotTable oddSlots) = (ordinary.Slots, odd.Slots);
        var layout = new ImageLayout(new ImageCapacity
        {
            IsV6 = _family == Family.IPv6,
            Chains = _list.Chains.Count + (spare ? SpareChains : 0),
            Slots = slots.Range,
            OddSlots = oddSlots.Range,
            Entries = Math.Max(Room(_table.Count, spare), ImageLayout.LeastEntries(slots.Range, homeScale)),
            Refs = Room(_references.Refs.Count, spare, RefsPerEntry) + (spare ? LeastRefs : 0),
            Nodes = Room(_references.Nodes.Count, spare),
            Records = Room(_list.RecordCount, spare, share: 2),
            Ops = Room(_list.Ops.Count, spare),
            SourceFilterShift = _sources.Shift,
            DestinationFilterShift = _destinations.Shift,
            HomeScale = homeScale,
        });
        RequireRoom(layout.Size);
        var image = new byte[layout.Size];
        layout.WriteHeader(image);
        WriteConstants(image, layout);
        WriteFilters(image, layout);
        _ordinary.WriteTuples(image.AsSpan(layout.Tuples));
        _odd.WriteTuples(image.AsSpan(layout.OddTuples));
        WriteChains(image, layout);
        WriteSlots(image.AsSpan(layout.Slots), slots, references);
        WriteSlots(image.AsSpan(layout.OddSlots), oddSlots, oddReferences);
        SetTuples();
        EntryWriter.WriteAll(_entries, _table, _family, image.AsSpan(layout.Entries));
        _references.Write(image.AsSpan(layout.Refs), image.AsSpan(layout.Nodes));
        _list.WriteTo(image, layout);
        WriteUse(image.AsSpan(layout.Changes, ChangeFormat.Size));
        return new(layout, image, _list.Chains.ToImmutableDictionary(chain => chain.Block.Name, chain => chain.Number)) { LongestProgram = _list.Ops.Longest };
    }

    /// <exception cref="CompileException">No program could reach all of it.</exception>
    private void RequireRoom(int bytes)
    {
        if (bytes > ImageLayout.Largest)
        {
            throw new CompileException(
                $"these rules are {_entries.Length} entries, one for each combination of a rule's addresses, ranges and ports, and take {bytes >> 20} MiB; a program reaches {ImageLayout.Largest >> 20} MiB: name the addresses in a set, or write prefixes for ranges",
                Origin.None);
        }
    }

    /// <param name="share">How many of them a change may take for an entry that it adds.</param>
    private int Room(int count, bool spare, int share = 1) =>
        spare ? count + (((_entries.Length / SparePart) + LeastSpare) * share) : Math.Max(1, count);

    private void SetTuples()
    {
        for (int i = 0; i < _entries.Length; i++)
        {
            (_entries[i].Tuple, _entries[i].OddTuple) = ((byte)_ordinary.TupleOf[i], (byte)_odd.TupleOf[i]);
        }
    }

    private void WriteUse(Span<byte> changes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.UsedEntries..], _table.Count);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.UsedRefs..], _references.Refs.Count);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.UsedNodes..], _references.Nodes.Count);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.UsedRecords..], _list.RecordCount);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.UsedOps..], _list.Ops.Count);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.UsedChains..], _list.Chains.Count);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.Tuples..], _ordinary.TupleCount);
        BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.OddTuples..], _odd.TupleCount);
    }

    private uint ReferToOrdinary(int[] bucket, int home)
    {
        if (bucket.Length <= LongestRun)
        {
            return _table.PlaceRun(bucket, home);
        }

        _table.PlaceSingles(bucket);
        _ordinaryBoxes.Prepare(bucket);
        return _references.AddTree(new TreeBuilder(_ordinaryBoxes).Build(bucket));
    }

    private uint ReferToOdd(int[] bucket)
    {
        _table.PlaceSingles(bucket);
        return bucket.Length <= LongestRun ? _references.AddList(bucket) : _references.AddTree(new TreeBuilder(_oddBoxes).Build(bucket));
    }

    private static void WriteConstants(byte[] image, ImageLayout layout)
    {
        for (int bit = 0; bit < 64; bit++)
        {
            image[layout.BitNumbers + (int)(unchecked((1UL << bit) * ImageLayout.BitFactor) >> 58)] = (byte)bit;
        }

        for (int length = 0; length <= 64; length++)
        {
            ulong mask = length == 0 ? 0 : ulong.MaxValue << (64 - length);
            BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(layout.PrefixMasks + (length * 8)), mask);
        }
    }

    private void WriteFilters(byte[] image, ImageLayout layout)
    {
        var protocols = new ulong[256];
        FilterTable sourcePorts = new(), destinationPorts = new(), sources = new(), destinations = new();
        for (int i = 0; i < _entries.Length; i++)
        {
            ref readonly EntryForm entry = ref _entries[i];
            if (!entry.IsOrdinary)
            {
                continue;
            }

            int tuple = _ordinary.TupleOf[i];
            AddProtocol(protocols, entry, tuple);
            sourcePorts.Add(entry.SourcePort, entry.SourcePort + entry.SourceWidth, tuple);
            destinationPorts.Add(entry.DestinationPort, entry.DestinationPort + entry.DestinationWidth, tuple);
            (int from, int to) = _sources.KeysOf(entry.Source, entry.SourceLength);
            sources.Add(from, to, tuple);
            (from, to) = _destinations.KeysOf(entry.Destination, entry.DestinationLength);
            destinations.Add(from, to, tuple);
        }

        System.Runtime.InteropServices.MemoryMarshal.AsBytes(protocols.AsSpan()).CopyTo(image.AsSpan(layout.ProtocolMasks));
        sourcePorts.WriteBytes(image.AsSpan(layout.SourcePortClasses), image.AsSpan(layout.SourcePortMasks, ImageFormat.PortClasses * 8));
        destinationPorts.WriteBytes(image.AsSpan(layout.DestinationPortClasses), image.AsSpan(layout.DestinationPortMasks, ImageFormat.PortClasses * 8));
        sources.WriteHalves(image.AsSpan(layout.SourceClasses), image.AsSpan(layout.SourceMasks, ImageFormat.AddressClasses * 8));
        destinations.WriteHalves(image.AsSpan(layout.DestinationClasses), image.AsSpan(layout.DestinationMasks, ImageFormat.AddressClasses * 8));
    }

    private static void AddProtocol(ulong[] protocols, in EntryForm entry, int tuple)
    {
        if (entry.HasProtocol)
        {
            protocols[entry.Protocol] |= 1UL << tuple;
            return;
        }

        foreach (ref ulong bits in protocols.AsSpan())
        {
            bits |= 1UL << tuple;
        }
    }

    private void WriteChains(byte[] image, ImageLayout layout)
    {
        var ordinary = new ulong[_list.Chains.Count];
        var odd = new ulong[_list.Chains.Count];
        var sizes = new int[_list.Chains.Count, ImageFormat.MaxTuples];
        for (int i = 0; i < _entries.Length; i++)
        {
            ordinary[_entries[i].Chain] |= _entries[i].IsOrdinary ? 1UL << _ordinary.TupleOf[i] : 0;
            odd[_entries[i].Chain] |= 1UL << _odd.TupleOf[i];
            sizes[_entries[i].Chain, _ordinary.TupleOf[i]] += _entries[i].IsOrdinary ? 1 : 0;
        }

        foreach (ListedChain chain in _list.Chains)
        {
            Span<byte> at = image.AsSpan(layout.Chains + (chain.Number * ImageFormat.ChainSize), ImageFormat.ChainSize);
            BinaryPrimitives.WriteUInt64LittleEndian(at[ImageFormat.ChainTuples..], ordinary[chain.Number]);
            BinaryPrimitives.WriteUInt64LittleEndian(at[ImageFormat.ChainOddTuples..], odd[chain.Number]);
            BinaryPrimitives.WriteUInt64LittleEndian(at[ImageFormat.ChainSalt..], ViewBuilder.SaltOfChain(chain.Number));
            BinaryPrimitives.WriteUInt32LittleEndian(at[ImageFormat.ChainFirst..], chain.First);
            BinaryPrimitives.WriteUInt32LittleEndian(at[ImageFormat.ChainEnd..], chain.End);
            BinaryPrimitives.WriteUInt64LittleEndian(at[ImageFormat.ChainNameHash..], NameHash.Of(chain.Block.Name));
            BinaryPrimitives.WriteInt32LittleEndian(at[ImageFormat.ChainLikely..], Enumerable.Range(0, ImageFormat.MaxTuples).MaxBy(tuple => sizes[chain.Number, tuple]));
        }
    }

    private static void WriteSlots(Span<byte> section, SlotTable slots, uint[] references)
    {
        // Spans cannot be captured, so the used slots are listed first.
        var used = new List<(int Slot, uint Tag, int Bucket)>();
        slots.ForEach((slot, tag, bucket) => used.Add((slot, tag, bucket)));
        foreach ((int slot, uint tag, int bucket) in used)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(section[(slot * ImageFormat.SlotSize)..], tag | ((ulong)references[bucket] << 32));
        }
    }
}
