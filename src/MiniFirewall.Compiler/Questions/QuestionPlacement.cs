using System.Collections.Immutable;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Questions.Counting;
using MiniFirewall.Compiler.Sets.Dynamic;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Tells questions what they cannot know before all programs of a family are there: each stateful question of each statement
/// its own cell, the same on every hook, questions about recent addresses their lists, and questions of local time the time zone.
/// </summary>
internal sealed class QuestionPlacement
{
    /// <summary>Memories for rules that come later.</summary>
    internal const int SpareCells = 256;

    private readonly Dictionary<(string Block, int Statement, int Step), int> _cells = [];
    private readonly List<byte> _contents = [];
    private readonly CompileOptions _options;
    private readonly RecentPlacement _recent;
    private readonly RatePlacement _rates;
    private readonly CountPlacement _counts;
    private readonly EstimatorPlacement _estimators;

    private QuestionPlacement(ImmutableArray<AskedQuestion> asked, CompileOptions options)
    {
        _options = options;
        _recent = RecentPlacement.Of(asked, options);
        _rates = RatePlacement.Of(asked, options);
        _counts = CountPlacement.Of(asked, options);
        _estimators = EstimatorPlacement.Of(asked, options);
    }

    /// <summary>The programs, whose questions know all.</summary>
    internal ImmutableArray<PacketProgram> Programs { get; private set; } = [];

    /// <summary>The map of their memories; null where nothing is remembered.</summary>
    internal MapImage? State => _cells.Count == 0
        ? null
        : new MapImage(WellKnownMaps.StateSpec(_cells.Count + (_options.HasSpare ? SpareCells : 0)), _contents.ToArray());

    /// <summary>The maps of lists that are not there yet.</summary>
    internal ImmutableArray<MapImage> RecentLists => _recent.Missing;

    /// <summary>The maps of all tables of rates.</summary>
    internal ImmutableArray<MapImage> RateTables => _rates.Maps;

    /// <summary>The maps of counted connections.</summary>
    internal ImmutableArray<MapImage> Counts => _options.Prologue == PrologueKind.Netfilter ? _counts.Maps : [];

    /// <summary>Statements that count connections.</summary>
    internal int CountedStatements => _counts.Statements;

    /// <summary>The map of rate estimators, where it is not there yet.</summary>
    internal ImmutableArray<MapImage> Estimators => _estimators.Missing;

    internal static QuestionPlacement Of(ImmutableArray<PacketProgram> programs, CompileOptions options)
    {
        ImmutableArray<AskedQuestion> asked = AskedQuestions.Of(programs);
        DynamicSetLimits.Require(asked);
        var placement = new QuestionPlacement(asked, options);
        placement.Programs = asked.Any(asked => asked.Question.NeedsPlace) ? [.. programs.Select(placement.Place)] : programs;
        return placement;
    }

    private PacketProgram Place(PacketProgram program) =>
        program.Blocks.Any(block => block.Statements.Any(statement => statement.Steps.Any(NeedsPlace)))
            ? program with { Blocks = [.. program.Blocks.Select(Place)] }
            : program;

    private Block Place(Block block) => block with
    {
        Statements = [.. block.Statements.Select((statement, i) => statement.Steps.Any(NeedsPlace)
            ? statement with { Steps = [.. statement.Steps.Select((step, j) => Place(step, (block.Name, i, j)))] }
            : statement)],
    };

    private Step Place(Step step, (string Block, int Statement, int Step) at) => step switch
    {
        Require { Condition: QuestionTest test } => new Require(test with { Question = Place(test.Question, at) }),
        DropWhen { Condition: QuestionTest test } => new DropWhen(test with { Question = Place(test.Question, at) }),
        _ => step,
    };

    private Question Place(Question question, (string Block, int Statement, int Step) at) => question switch
    {
        StatefulQuestion stateful => stateful with { Cell = CellOf(stateful, at) },
        RateWithin rate => _rates.Place(rate),
        RecentAddress recent => _recent.Place(recent),
        RateCounted counted => _estimators.Place(counted),
        RateCompared compared => _estimators.Place(compared),
        DynamicSetTest test => test with { Hertz = _options.Hertz },
        DynamicSetChange change => change with { Hertz = _options.Hertz },
        ConnectionsAbove count => _counts.Place(count, at),
        ConnectionNumberIn { Number: ConnectionNumber.SecondsLeft } number => number with { Hertz = _options.Hertz },
        TimeWindow { IsLocal: true } window => window with { MinutesWest = _options.MinutesWest },
        _ => question,
    };

    private int CellOf(StatefulQuestion question, (string Block, int Statement, int Step) at)
    {
        if (!_cells.TryGetValue(at, out int cell))
        {
            cell = _cells.Count;
            _cells.Add(at, cell);
            _contents.AddRange(StateCell.Encode(question, _options.Hertz));
        }

        return cell;
    }

    private static bool NeedsPlace(Step step) => step.Question is { NeedsPlace: true };
}
