using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Build;

/// <summary>A chain of the image: a block, and the orders its statements have.</summary>
internal sealed record ListedChain(Block Block, int Number, uint First, uint End);

/// <summary>All statements of a family's programs as entries, records and ops.</summary>
internal sealed class ListedStatements
{
    private readonly Family _family;
    private readonly QuestionNumbers _questions;
    private readonly StatementReader _reader;
    private readonly List<ListedChain> _chains = [];
    private readonly List<EntryForm> _entries = [];
    private readonly List<StatementSides> _sides = [];
    private readonly List<OddShape> _oddShapes = [];
    private readonly List<byte[]> _records = [new byte[ImageFormat.RecordSize]];
    private readonly Dictionary<List<OpStep>, (ushort Shape, int Program, OddShape Odd)> _shapes = new(StepComparer.Instance);
    private readonly List<(int Program, OddShape Odd)> _shapePrograms = [(0, OddShape.Unknown)];
    private uint _gap, _margin;

    private ListedStatements(Family family, QuestionNumbers questions, int statements)
    {
        _family = family;
        _questions = questions;
        _reader = new(family, StatementReader.MostFor(family, statements));
    }

    internal IReadOnlyList<ListedChain> Chains => _chains;

    internal EntryForm[] Entries { get; private set; } = [];

    internal StatementSides[] SidesOfEntries { get; private set; } = [];

    internal OddShape[] OddShapesOfEntries { get; private set; } = [];

    internal OpStore Ops { get; } = new();

    internal int RecordCount => _records.Count;

    internal static ListedStatements Of(ImmutableArray<PacketProgram> programs, QuestionNumbers questions)
    {
        int statements = programs.SelectMany(program => program.Blocks).DistinctBy(block => block.Name).Sum(block => block.Statements.Length);
        var list = new ListedStatements(programs[0].Family, questions, statements);
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
            BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(layout.Shapes + (i * 4)), _shapePrograms[i].Program);
            _shapePrograms[i].Odd.Write(image.AsSpan(layout.OddShapes + (i * OddShape.Size)));
        }

        Ops.Write(image.AsSpan(layout.Ops));
    }

    /// <summary>Orders are spread over 32 bits, with gaps between statements for later ones, and wider ones at both ends of a chain.</summary>
    private void ListChains(ImmutableArray<PacketProgram> programs)
    {
        const uint WidestGap = 4096, WidestMargin = 1 << 20;
        const long Orders = 2_000_000_000;
        HashSet<string> names = [];
        List<Block> blocks = [.. programs.SelectMany(program => program.Blocks).Where(block => names.Add(block.Name))];
        long places = blocks.Sum(block => (long)block.Statements.Length + 1);
        _gap = (uint)Math.Clamp(Orders / places, 1, WidestGap);
        _margin = (uint)Math.Clamp(Orders / (2 * blocks.Count), 1, WidestMargin);
        uint first = 1;
        foreach (Block block in blocks)
        {
            uint end = checked(first + (2 * _margin) + (_gap * (uint)block.Statements.Length) + 1);
            _chains.Add(new(block, _chains.Count, first, end));
            first = end;
        }
    }

    private void AddChain(ListedChain chain, Func<int, int> chainOf)
    {
        uint order = chain.First + _margin;
        foreach (Statement statement in chain.Block.Statements)
        {
            Add(statement, chain.Number, order, chainOf);
            order += _gap;
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
        int late = statement.Late is { IsEmpty: false } steps ? Ops.Add(OpProgram.OfLate(_family, steps, _questions)) : 0;
        bool decides = statement.Outcome is Decide && !statement.Emits && late == 0;
        bool needsRecord = !decides || statement.Outcome is Decide { Answer: not Answer.None } || form.Residual.Count > 0 || shape == ImageFormat.ShapeInRecord;
        uint action = needsRecord
            ? (uint)AddRecord(statement, form, full, late, chainOf, (order, chain)) << 2
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
        foreach (EntryForm alternative in form.Alternatives(entry))
        {
            _entries.Add(alternative);
            _sides.Add(sides);
            _oddShapes.Add(odd);
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
                _shapePrograms.Add((program, shape.Odd));
            }

            _shapes.Add(steps, shape);
        }

        return shape;
    }

    private int AddRecord(Statement statement, StatementForm form, int full, int late, Func<int, int> chainOf, (uint Order, int Chain) own)
    {
        int residual = form.Residual.Count == 0 ? 0 : Ops.Add(OpProgram.OfConditions(_family, form.Residual));
        var record = new byte[ImageFormat.RecordSize];
        RecordWriter.Write(record, statement, 0, residual, full, late, chainOf, own);
        _records.Add(record);
        return _records.Count - 1;
    }
}
