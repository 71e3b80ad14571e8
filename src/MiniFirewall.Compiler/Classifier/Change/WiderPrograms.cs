using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Code;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Compiler.Questions.Counting;
using MiniFirewall.Compiler.Retarget;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>
/// Programs over an image that is there, which can do more than those that look into it: what statements ask for that are to begin. They do with
/// every packet what the others do, so they may take their places one by one. They are made of what the image says of the others, and no other
/// statement is looked at.
/// </summary>
public sealed class WiderPrograms
{
    private readonly ImageEditor _image;
    private readonly ProgramAbilities _abilities;
    private readonly ImmutableArray<Question> _codes;

    private WiderPrograms(ImageEditor image, ProgramAbilities abilities, ImmutableArray<Question> codes)
    {
        _image = image;
        _abilities = abilities;
        _codes = codes;
    }

    /// <summary>Plans them; null where that takes a compilation of the whole list.</summary>
    /// <param name="begun">Statements that are to begin, placed (<see cref="LatePlacement"/>), whose counters are their places as <see cref="ImageEditor.SetAskers"/> was told.</param>
    /// <param name="known">Gives the statements of the rules at such places, placed; null where it cannot.</param>
    /// <param name="listsAll">The caller has put the chains into the image that are straight code, and gives their statements too.</param>
    public static WiderPrograms? TryPlan(
        ImageEditor image, IReadOnlyCollection<Statement> begun, Func<IReadOnlyList<int>, IEnumerable<Statement>?> known, bool listsAll = false)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(begun);
        ArgumentNullException.ThrowIfNull(known);
        ProgramAbilities? abilities = image.Abilities;
        IEnumerable<Statement>? asking = abilities.Askers.Count == 0 ? [] : known(abilities.Askers);
        foreach (Statement statement in begun)
        {
            abilities = abilities?.With(statement);
        }

        if (abilities is null || asking is null || CodesOf(abilities, asking.Concat(begun)) is not { } codes || !HasRoomFor(codes))
        {
            return null;
        }

        return new(image, listsAll ? abilities with { Straight = [] } : abilities, codes);
    }

    /// <summary>The tables of rates that the programs over an image can ask, empty, with the names that rules have for them; none where it cannot be known which.</summary>
    /// <param name="known">As <see cref="TryPlan"/>.</param>
    public static IEnumerable<(string Name, MapImage Image)> RateTablesOf(ImageEditor image, Func<IReadOnlyList<int>, IEnumerable<Statement>?> known)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(known);
        IEnumerable<Statement>? asking = image.Abilities.Askers.Count == 0 ? null : known(image.Abilities.Askers);
        return asking is null || CodesOf(image.Abilities, asking) is not { } codes ? [] : codes.OfType<RateWithin>().Select(code => (code.Table, RateLayout.Empty(code)));
    }

    /// <summary>The maps that are the programs' own, empty; one of the same name that is there already takes its place, but for those of <see cref="Counts"/>.</summary>
    public ImmutableArray<MapImage> Maps =>
    [
        .. _codes.Any(code => code is StatefulQuestion) ? (ReadOnlySpan<MapImage>)[new(WellKnownMaps.StateSpec(QuestionPlacement.SpareCells), ReadOnlyMemory<byte>.Empty)] : [],
        .. RateTables,
    ];

    /// <summary>Tables of rates, empty.</summary>
    public ImmutableArray<MapImage> RateTables => [.. _codes.OfType<RateWithin>().Select(RateLayout.Empty)];

    /// <summary>What statements that count connections remember: it begins anew.</summary>
    public ImmutableArray<MapImage> Counts => _abilities.CountSlots == 0 ? [] : [.. CountLayout.Maps(_abilities.CountSlots)];

    /// <summary>Whether the programs track connections, and those in force do not: then all of the family's are to be replaced.</summary>
    public bool BeginTracking => _abilities.Tracks && !_image.Abilities.Tracks;

    /// <summary>Names of the sets that the programs ask and that packets change.</summary>
    public IEnumerable<string> SetNames => [.. _codes.OfType<DynamicSetTest>().Select(code => code.Set.Name), .. _codes.OfType<DynamicSetChange>().Select(code => code.Set.Name)];

    /// <summary>The program of a hook.</summary>
    /// <param name="chain">The hook's built-in chain.</param>
    /// <param name="policy">Its verdict as the program before it was made with, and the counter of that.</param>
    /// <exception cref="CompileException">It is beyond what the kernel can take.</exception>
    public ProgramSpec Compile(Family family, Hook hook, string chain, (Verdict Verdict, int Counter) policy, CompileOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options with { Tracks = _abilities.Tracks, HasProxy = _abilities.HasProxy };
        List<OddTest>? tests = _abilities.Tests is null ? null : [.. _abilities.Tests.Select(test => test.ToTest()!)];
        var compiler = new ListedProgram(_image.Layout, _abilities.UseWith(_codes), tests, _abilities.MostOps, options);
        var program = new PacketProgram(family, hook, [new Block(chain, [])], 0, policy.Verdict, policy.Counter) { ChangesMarks = _abilities.ChangesMarks };
        ProgramSpec spec = compiler.Compile(program, _image.FindChain(chain) ?? throw new ArgumentException($"{chain} is not in the image", nameof(chain)));
        return options.HasMayGoto || StackDepth.Of(spec.Code) <= StackDepth.Most ? spec : throw new OldKernelException("the rules ask for more stack than this kernel has");
    }

    /// <summary>Has the editor put statements into the image that only these programs can do, while no packet comes to their chains.</summary>
    public void Foresee() => _image.Foresee(_abilities);

    /// <summary>Writes what they can do into the image, once they are all in force.</summary>
    public void Publish()
    {
        _image.Foresee(_abilities);
        _image.WriteAbilities();
    }

    private static ImmutableArray<Question>? CodesOf(ProgramAbilities abilities, IEnumerable<Statement> statements)
    {
        Dictionary<ulong, Question> byHash = [];
        foreach (Question code in statements.SelectMany(statement => statement.Steps).Select(step => step.Question).OfType<Question>().Select(question => question.Code))
        {
            byHash[QuestionCodes.HashOf(code)] = code;
        }

        return abilities.Questions.Hashes.All(byHash.ContainsKey) ? [.. abilities.Questions.Hashes.Select(hash => byHash[hash])] : null;
    }

    /// <summary>Whether they name no more maps than programs can, no table of rates by two kinds of settings, and one kind of counts.</summary>
    private static bool HasRoomFor(ImmutableArray<Question> codes)
    {
        string[] tables = [.. codes.OfType<RateWithin>().Select(code => code.Table)];
        return tables.Length <= RatePlacement.MostTables && tables.Distinct().Count() == tables.Length && codes.OfType<RecentAddress>().Count() <= RecentPlacement.MostLists
            && codes.OfType<ConnectionsAbove>().Select(code => code.Slots).Distinct().Count() <= 1;
    }
}
