using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>A chain of the image: a block, and the orders its statements have.</summary>
internal sealed record ListedChain(Block Block, int Number, uint First, uint End);

/// <summary>All statements of a family's programs as entries, records and ops.</summary>
internal sealed class ListedStatements
{
    private readonly Family _family;
    private readonly StatementReader _reader;
    private readonly List<ListedChain> _chains = [];
    private readonly List<EntryForm> _entries = [];
    private readonly List<StatementSides> _sides = [];
    private readonly List<OddShape> _oddShapes = [];
    private readonly List<byte[]> _records = [new byte[ImageFormat.RecordSize]];
    private readonly Dictionary<List<OpStep>, (ushort Shape, int Program, OddShape Odd)> _shapes = new(StepComparer.Instance);
    private readonly List<int> _shapePrograms = [0];

    private ListedStatements(Family family)
    {
        _family = family;
        _reader = new(family);
    }

    internal IReadOnlyList<ListedChain> Chains => _chains;

    internal EntryForm[] Entries { get; private set; } = [];

    internal StatementSides[] SidesOfEntries { get; private set; } = [];

    internal OddShape[] OddShapesOfEntries { get; private set; } = [];

    internal OpStore Ops { get; } = new();

    /// <summary>Orders between two statements, the later one's own included.</summary>
    internal uint Gap { get; private set; }

    internal int RecordCount => _records.Count;

    internal static ListedStatements Of(ImmutableArray<PacketProgram> programs)
    {
        var list = new ListedStatements(programs[0].Family);
        list.ListChains(programs);
        Dictionary<string, int> numbers = list._chains.ToDictionary(chain => chain.Block.Name, chain => chain.Number);
        HashSet<string> done = [];
        foreach (PacketProgram program in programs)
        {
            foreach (Block block in program.Blocks.Where(block => done.Add(block.Name)))
            {
                list.AddChain(list._chains[numbers[block.Name]], target => numbers[program.Blocks[target].Name]);
            }
        }

        list.Entries = [.. list._entries];
        list.SidesOfEntries = [.. list._sides];
        list.OddShapesOfEntries = [.. list._oddShapes];
        return list;
    }

    internal void WriteTo(byte[] image, ImageLayout layout)
    {
        for (int i = 0; i < _records.Count; i++)
        {
            _records[i].CopyTo(image.AsSpan(layout.Records + (i * ImageFormat.RecordSize)));
        }

        for (int i = 0; i < _shapePrograms.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(layout.Shapes + (i * 4)), _shapePrograms[i]);
        }

        Ops.Write(image.AsSpan(layout.Ops));
    }

    /// <summary>Orders are spread over 32 bits, with gaps before, between and behind statements for later ones.</summary>
    private void ListChains(ImmutableArray<PacketProgram> programs)
    {
        const uint WidestGap = 4096;
        const int SparePlaces = 16;
        HashSet<string> names = [];
        List<Block> blocks = [.. programs.SelectMany(program => program.Blocks).Where(block => names.Add(block.Name))];
        long places = blocks.Sum(block => (long)block.Statements.Length + SparePlaces + 1);
        uint gap = (uint)Math.Clamp(4_000_000_000 / places, 1, WidestGap);
        uint first = 1;
        foreach (Block block in blocks)
        {
            uint end = checked(first + (gap * (uint)(block.Statements.Length + SparePlaces + 1)));
            _chains.Add(new(block, _chains.Count, first, end));
            first = end;
        }

        Gap = gap;
    }

    private void AddChain(ListedChain chain, Func<int, int> chainOf)
    {
        uint order = chain.First;
        foreach (Statement statement in chain.Block.Statements)
        {
            order += Gap;
            Add(statement, chain.Number, order, chainOf);
        }
    }

    private void Add(Statement statement, int chain, uint order, Func<int, int> chainOf)
    {
        StatementForm form;
        try
        {
            form = _reader.Read(statement);
            AddForm(statement, form, chain, order, chainOf);
        }
        catch (CompileException e) when (e.Origin == Origin.None)
        {
            throw new CompileException(e.Message, statement.Origin);
        }
    }

    private void AddForm(Statement statement, StatementForm form, int chain, uint order, Func<int, int> chainOf)
    {
        (ushort shape, int full, OddShape odd) = ShapeOf(form.Full);
        bool decides = statement.Outcome is Decide && !statement.Emits;
        bool needsRecord = !decides || form.Residual.Count > 0 || shape == ImageFormat.ShapeInRecord;
        uint action = needsRecord
            ? (uint)AddRecord(statement, form, full, chainOf, (order, chain)) << 2
            : (uint)ResultCode.Of(((Decide)statement.Outcome).Verdict, statement.Counter);
        StatementSides sides = form.Residual.Count > 0 ? StatementSides.Of(form.Residual, _family, decides)
            : decides ? StatementSides.Deciding : StatementSides.None;
        var entry = new EntryForm
        {
            Order = order,
            Action = action,
            Chain = chain,
            Shape = shape,
            IsOrdinary = form.IsOrdinary,
            HasProtocol = form.Protocol is not null,
            Protocol = form.Protocol ?? 0,
        };
        foreach (EntryForm alternative in Alternatives(entry, form))
        {
            _entries.Add(alternative);
            _sides.Add(sides);
            _oddShapes.Add(odd);
        }
    }

    private static IEnumerable<EntryForm> Alternatives(EntryForm entry, StatementForm form)
    {
        foreach (Prefix source in form.Sources)
        {
            (entry.Source, entry.SourceLength) = (source.Bits, (byte)source.Length);
            foreach (Prefix destination in form.Destinations)
            {
                (entry.Destination, entry.DestinationLength) = (destination.Bits, (byte)destination.Length);
                foreach (ValueRange sourcePorts in form.SourcePorts)
                {
                    (entry.SourcePort, entry.SourceWidth) = ((ushort)sourcePorts.Low, (ushort)(sourcePorts.High - sourcePorts.Low));
                    foreach (ValueRange ports in form.DestinationPorts)
                    {
                        (entry.DestinationPort, entry.DestinationWidth) = ((ushort)ports.Low, (ushort)(ports.High - ports.Low));
                        yield return entry;
                    }
                }
            }
        }
    }

    private (ushort Shape, int Program, OddShape Odd) ShapeOf(List<OpStep> steps)
    {
        if (!_shapes.TryGetValue(steps, out var shape))
        {
            int program = Ops.Add(OpProgram.OfSteps(_family, steps));
            bool fits = _shapePrograms.Count < ImageFormat.MaxShapes;
            shape = (fits ? (ushort)_shapePrograms.Count : (ushort)ImageFormat.ShapeInRecord, program, OddShape.Of(steps));
            if (fits)
            {
                _shapePrograms.Add(program);
            }

            _shapes.Add(steps, shape);
        }

        return shape;
    }

    private int AddRecord(Statement statement, StatementForm form, int full, Func<int, int> chainOf, (uint Order, int Chain) own)
    {
        (RecordKind kind, int result, int chain) = statement.Outcome switch
        {
            Decide decide => (RecordKind.Decide, ResultCode.Of(decide.Verdict, statement.Counter), 0),
            Continue => (RecordKind.Continue, statement.Counter << 2, 0),
            Call call => (RecordKind.Call, statement.Counter << 2, chainOf(call.Block)),
            TailTo tail => (RecordKind.TailTo, statement.Counter << 2, chainOf(tail.Block)),
            Leave => (RecordKind.Leave, statement.Counter << 2, 0),
            _ => throw new CompileException($"unknown outcome {statement.Outcome.GetType().Name}", statement.Origin),
        };
        var record = new byte[ImageFormat.RecordSize];
        int residual = form.Residual.Count == 0 ? 0 : Ops.Add(OpProgram.OfConditions(_family, form.Residual));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(ImageFormat.RecordUntil), ImageFormat.Forever);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(ImageFormat.RecordResidual), residual);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(ImageFormat.RecordResult), result);
        record[ImageFormat.RecordKind] = (byte)kind;
        record[ImageFormat.RecordEmits] = statement.Emits ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(ImageFormat.RecordChain), chain);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(ImageFormat.RecordFull), full);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(ImageFormat.RecordOwnOrder), own.Order);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(ImageFormat.RecordOwnChain), own.Chain);
        _records.Add(record);
        return _records.Count - 1;
    }
}
