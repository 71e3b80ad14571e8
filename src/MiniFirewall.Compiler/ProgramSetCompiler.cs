using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Classifier.Build;
using MiniFirewall.Compiler.Classifier.Change;
using MiniFirewall.Compiler.Classifier.Code;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Compiler.Retarget;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>One family's programs, in the order they were given, and the image that those of them that look into one share.</summary>
/// <param name="Image">Null where all programs are straight code.</param>
public sealed record CompiledPrograms(ImmutableArray<ProgramSpec> Specs, ClassifierImage? Image)
{
    /// <summary>The packet programs that the image is made of; the others are straight code.</summary>
    public ImmutableArray<PacketProgram> Listed { get; init; } = [];

    /// <summary>The maps beside the shared ones that the programs name, with their contents.</summary>
    public ImmutableArray<MapImage> Maps =>
    [
        .. Image is null ? [] : (ReadOnlySpan<MapImage>)[new(WellKnownMaps.ImageSpec(Image.Layout.Size), Image.Bytes)],
        .. State is null ? [] : (ReadOnlySpan<MapImage>)[State],
        .. RecentLists,
        .. RateTables,
        .. Counts,
        .. Estimators,
    ];

    /// <summary>What questions remember; null where none does.</summary>
    public MapImage? State { get; init; }

    /// <summary>Lists of recent addresses that <see cref="CompileOptions.RecentLists"/> did not have.</summary>
    public ImmutableArray<MapImage> RecentLists { get; init; } = [];

    /// <summary>What questions that count connections remember, empty; a program set that is loaded keeps it.</summary>
    public ImmutableArray<MapImage> Counts { get; init; } = [];

    /// <summary>Rate estimators, where <see cref="CompileOptions.Estimators"/> had none.</summary>
    public ImmutableArray<MapImage> Estimators { get; init; } = [];

    /// <summary>Tables of rates, empty; one of the same name that is there already may take its place.</summary>
    public ImmutableArray<MapImage> RateTables { get; init; } = [];
}

/// <summary>
/// Compiles the packet programs of one family. Pure and deterministic. The programs name the maps of
/// <see cref="WellKnownMaps"/>; counter 0 must not be given to any statement or default.
/// </summary>
public static class ProgramSetCompiler
{
    /// <summary>
    /// Statements up to which straight code costs a packet less than the classifier. Over ClassBench cuts whose packets match a rule
    /// anywhere, straight code costs 9 ns and a third of one for each rule, the classifier 27 whatever their number: they meet at 60;
    /// for packets that no rule matches at 40.
    /// </summary>
    public const int LongestStraightList = 48;

    /// <summary>Calls that can wait for one another where programs look into an image.</summary>
    public const int DeepestCall = ClassifierEmitter.DeepestCall;

    /// <summary>Blocks of one name in several programs are the same block, and are in the image once.</summary>
    /// <exception cref="CompileException">A packet program is beyond what the kernel can take.</exception>
    public static CompiledPrograms Compile(ImmutableArray<PacketProgram> programs, CompileOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var placed = QuestionPlacement.Of(programs, options);
        programs = placed.Programs;
        MapImage? state = placed.State;
        var uses = programs.ToDictionary<PacketProgram, PacketProgram, FieldUse>(program => program, FieldUse.Of, ReferenceEqualityComparer.Instance);
        options = options with
        {
            Tracks = options.Prologue == PrologueKind.Netfilter && (options.AlwaysTracks || uses.Values.Any(use => use.AsksConnection)),
            HasProxy = uses.Values.Any(use => use.HasProxy),
        };
        CompiledPrograms compiled = CompileAll(programs, [.. programs.Where(program => IsListed(program, options))], uses, options);
        compiled = FitTheStack(programs, compiled, uses, options);
        if (compiled.Image is { } image)
        {
            Span<byte> changes = image.Bytes.AsSpan(image.Layout.Changes, ChangeFormat.Size);
            BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.UsedCells..], (state?.Content.Length ?? 0) / StateCell.Size);
            BinaryPrimitives.WriteInt32LittleEndian(changes[ChangeFormat.UsedCounts..], placed.CountedStatements);
        }

        return compiled with
        {
            State = state,
            RecentLists = placed.RecentLists,
            RateTables = placed.RateTables,
            Counts = placed.Counts,
            Estimators = placed.Estimators,
        };
    }

    /// <summary>
    /// On old kernels a search that is a callback may leave too little stack for what rules ask: such programs become straight code, whose
    /// frames are smaller.
    /// </summary>
    private static CompiledPrograms FitTheStack(ImmutableArray<PacketProgram> programs, CompiledPrograms compiled, Dictionary<PacketProgram, FieldUse> uses, CompileOptions options)
    {
        if (options.HasMayGoto || options.Structure != ListStructure.Measured)
        {
            return compiled;
        }

        ImmutableArray<PacketProgram> fitting = [.. compiled.Listed.Where(program => StackDepth.Of(compiled.Specs[programs.IndexOf(program)].Code) <= StackDepth.Most)];
        return fitting.Length == compiled.Listed.Length ? compiled : CompileAll(programs, fitting, uses, options);
    }

    /// <param name="listed">Those that look into an image.</param>
    /// <param name="uses">What each program asks for.</param>
    private static CompiledPrograms CompileAll(
        ImmutableArray<PacketProgram> programs, ImmutableArray<PacketProgram> listed, Dictionary<PacketProgram, FieldUse> uses, CompileOptions options)
    {
        FieldUse use = FieldUse.OfClassifier(listed.Select(program => uses[program]));
        if (options.Tracks)
        {
            use.AddTracking();
        }

        ClassifierImage? image = listed.IsEmpty ? null : ImageBuilder.Build(listed, use.Questions.Numbers, options.HasSpare);
        List<OddTest>? oddTests = OddTests.Of(listed.SelectMany(program => program.Blocks).SelectMany(block => block.Statements));
        int mostOps = options.HasMayGoto || image is null ? 0 : OpFunction.MostTurns(image);
        if (image is not null)
        {
            IEnumerable<string> straight = programs.Except(listed).SelectMany(program => program.Blocks).Select(block => block.Name).Distinct();
            bool changesMarks = programs.Any(program => program.ChangesMarks);
            ProgramAbilities.Of(use, options, changesMarks, oddTests, straight, mostOps).Write(image.Bytes.AsSpan(image.Layout.Changes, ChangeFormat.Size));
        }

        return new(
            [.. programs.Select(program => listed.Contains(program) ? CompileListed(program, image!, new(image!.Layout, use, oddTests, mostOps, options)) : CompileStraight(program, options))],
            image)
        { Listed = listed };
    }

    /// <summary>A long list is straight code only where its calls nest too deeply for the classifier: then that is what stops it.</summary>
    private static ProgramSpec CompileStraight(PacketProgram program, CompileOptions options)
    {
        try
        {
            return PacketProgramCompiler.Compile(program, options);
        }
        catch (CompileException e) when (options.Structure == ListStructure.Measured && BlockPlan.CallDepthOf(program) > ClassifierEmitter.DeepestCall)
        {
            throw new CompileException($"calls nest more than {ClassifierEmitter.DeepestCall} deep", e.Origin);
        }
    }

    private static bool IsListed(PacketProgram program, CompileOptions options) => options.Structure switch
    {
        ListStructure.Straight => false,
        ListStructure.Classifier => true,
        _ => (program.Blocks.Sum(block => (long)block.Statements.Length) > LongestStraightList || program.Blocks.Any(block => options.Changing.Contains(block.Name)))
            && BlockPlan.CallDepthOf(program) <= ClassifierEmitter.DeepestCall,
    };

    private static ProgramSpec CompileListed(PacketProgram program, ClassifierImage image, ListedProgram compiler)
    {
        if (BlockPlan.CallDepthOf(program) > ClassifierEmitter.DeepestCall)
        {
            Block deepest = program.Blocks[BlockPlan.DeepestOf(program)];
            throw new CompileException($"calls nest more than {ClassifierEmitter.DeepestCall} deep", deepest.Statements is [var first, ..] ? first.Origin : Origin.None);
        }

        return compiler.Compile(program, image.Chains[program.Blocks[program.Entry].Name]);
    }
}
