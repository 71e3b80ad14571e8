using System.Runtime.ExceptionServices;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Classifier.Change;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// What a change takes of one family's programs: none where they can do all that begins, else wider ones in their places. Hooks whose list is straight code get their chains into the
/// image where a rule of theirs begins.
/// </summary>
internal sealed class FamilyWidening : IDisposable
{
    /// <summary>
    /// Rules from which on it is better to put all short lists of a family into its image than to make the long ones anew, where it has no image yet or begins to track:
    /// packets pay for that with each hook from then on.
    /// </summary>
    private const int LeastToListAll = 1000;

    private readonly GenerationState _generation;
    private readonly Family _family;
    private readonly FamilyImage _image;
    private readonly RunningFacts _facts;
    private readonly List<IDisposable> _open = [];
    private WiderPrograms? _programs;
    private bool _listsAll;

    private FamilyWidening(GenerationState generation, Family family, FamilyImage image)
    {
        _generation = generation;
        _family = family;
        _image = image;
        _facts = new(generation, family, image.Editor);
    }

    /// <summary>Whether connections are tracked from now on that were not.</summary>
    internal bool BeginsTracking => _programs?.BeginTracking == true;

    /// <summary>Whether there are programs to be put in force.</summary>
    internal bool IsNeeded => _programs is not null;

    private ImageEditor Image => _image.Editor;

    /// <summary>Plans it; null where it takes a compilation of the whole list.</summary>
    /// <param name="options">As for the programs in force.</param>
    internal static FamilyWidening? TryPlan(GenerationState generation, RuleChange change, Family family, CompileOptions options)
    {
        // What another writer, or an attempt, has left for the next epoch is no part of what there is.
        using (FamilyImage? left = FamilyImage.TryOpen(generation, family, generation.Store.Epoch + 1))
        {
            left?.Editor.Abandon();
        }

        // What is put into the image here is there from now on, but no packet comes to it.
        FamilyWidening? widening = Open(generation, family, options) is { } image ? new(generation, family, image) : null;
        try
        {
            if (widening?.TryPlan(change) == true)
            {
                FamilyWidening planned = widening;
                widening = null;
                return planned;
            }

            return null;
        }
        finally
        {
            widening?.Dispose();
        }
    }

    /// <summary>The image in force, or a new one where all programs are straight code; null where that is for the whole rule set.</summary>
    private static FamilyImage? Open(GenerationState generation, Family family, CompileOptions options)
    {
        if (generation.Directory.Contains(PinNames.Image(family)))
        {
            return FamilyImage.TryOpen(generation, family, generation.Store.Epoch);
        }

        return generation.Store.Header.Rules >= LeastToListAll && FirstImage.TryMake(family, options) is { } image ? FamilyImage.Make(image, generation.Store.Epoch) : null;
    }

    /// <summary>Empties tables of rates that no rule names.</summary>
    /// <exception cref="SystemCallException">The kernel refuses it.</exception>
    internal static void EmptyTables(GenerationState generation, Family family, IReadOnlyCollection<string> names)
    {
        if (FamilyImage.TryOpen(generation, family, generation.Store.Epoch) is not { } image)
        {
            return;
        }

        using var programs = new FamilyWidening(generation, family, image);
        foreach (MapImage table in WiderPrograms.RateTablesOf(image.Editor, programs.StatementsAt).Where(table => names.Contains(table.Name)).Select(table => table.Image))
        {
            using BpfMap? map = BpfMap.TryOpen(generation.Directory.PathOf(table.Spec.Name));
            if (map is not null)
            {
                ImageMap.FillAnew(map, table);
            }
        }
    }

    /// <summary>Makes the maps that the programs need and that are not there, and pins them for the generation.</summary>
    internal void MakeMaps(Action<string> afterStep)
    {
        if (_image.IsNew)
        {
            _image.Pin(_generation.Directory.PathOf(PinNames.Image(_family)));
            afterStep($"pin {PinNames.Image(_family)}");
        }

        foreach (MapImage map in _programs!.Maps)
        {
            bool isMemories = map.Spec.Name == WellKnownMaps.State;
            string pin = isMemories ? PinNames.Memories(_family) : map.Spec.Name;
            if (!_generation.Directory.Contains(pin))
            {
                BpfMap made = Pin(ImageMap.Create(map), pin, afterStep);
                _facts.NewMemories = isMemories ? made : _facts.NewMemories;
            }
        }
    }

    /// <summary>Compiles and loads the programs, and puts the chains into the image that they come to; false where there is no room for these.</summary>
    /// <param name="maps">Those that all families share.</param>
    /// <param name="options">As for the programs in force.</param>
    internal bool TryLoad(IReadOnlyDictionary<string, BpfMap> maps, CompileOptions options, List<(HookPoint Point, BpfProgram Program)> loaded)
    {
        if (_listsAll && !TryListAll())
        {
            return false;
        }

        using OwnMaps counts = OwnMaps.Make(_programs!.Counts);
        using RunningMaps own = RunningMaps.Open(_generation, _family, _programs.RateTables.Select(table => table.Spec.Name));
        Dictionary<string, BpfMap> all = counts.With(new Dictionary<string, BpfMap>(maps.Concat(own.ByName)));

        // The verifier takes a processor for each.
        StoredChain[] hooks = [.. ListedHooks()];
        Task<BpfProgram>[] loads = [.. hooks.Select(hook => Task.Run(() => BpfProgram.Load(Compile(hook, options), KernelBtf.Types, all)))];
        try
        {
            Task.WaitAll(loads);
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Capture(failures.InnerExceptions[0]).Throw();
        }
        finally
        {
            loaded.AddRange(hooks.Zip(loads).Where(hook => hook.Second.IsCompletedSuccessfully).Select(hook => (new HookPoint(hook.First.Chain.Hook!.Value, _family), hook.Second.Result)));
        }

        return true;
    }

    private ProgramSpec Compile(StoredChain hook, CompileOptions options) =>
        _programs!.Compile(_family, hook.Chain.Hook!.Value, hook.Chain.Name, (hook.Chain.PolicyOf(_family).Verdict, hook.Policies.Of(_family)), options);

    /// <summary>Says what the programs can do, once they are all in force.</summary>
    internal void Publish() => _programs!.Publish();

    public void Dispose()
    {
        _open.ForEach(item => item.Dispose());
        _facts.Dispose();
        _image.Dispose();
    }

    private bool TryPlan(RuleChange change)
    {
        var coming = new ComingRules(_generation, _family, Image);
        _listsAll = _image.IsNew || change.Begun.Any(begun => begun.Rule is not null && begun.Stored.Families.Has(_family) && !Image.IsImageOnly(_generation.Store.Chains[begun.Stored.Chain].MadeName));
        if (!coming.TryAdd(change))
        {
            return false;
        }

        bool beginsTracking = !Image.Tracks && coming.Rules.Exists(rule => AsksConnection(rule.Rule));
        if (beginsTracking && _generation.Store.Header.Rules < LeastToListAll)
        {
            return false;
        }

        _listsAll |= beginsTracking;
        if (_listsAll && !StraightHooks().All(hook => Image.FindChain(hook.Chain.Name) is null && coming.TryAddChain(hook.Chain.Name)))
        {
            return false;
        }

        if (Lower(coming) is not { } statements)
        {
            return false;
        }

        // Memories of straight code go on until its programs are gone.
        for (int left = _image.IsNew ? MemoriesOf(statements) : 0; left > 0; left--)
        {
            Image.TakeCell();
        }

        if (!_listsAll && statements.TrueForAll(Image.Suffices))
        {
            return true;
        }

        _programs = WiderPrograms.TryPlan(Image, statements, StatementsAt, _listsAll);
        return _programs is not null && HasSets(_programs) && beginsTracking == BeginsTracking;
    }

    /// <summary>All lists of counts have room for the highest limit, which is known behind the last rule.</summary>
    private List<Statement>? Lower(ComingRules coming)
    {
        int slots = _facts.CountSlots;
        List<Statement>? statements = coming.Lower(_facts.ToPlan);
        return statements is null || slots == _facts.CountSlots ? statements : coming.Lower(_facts.ToPlan);
    }

    private static bool AsksConnection(Rule rule) => rule.Target.AsksConnection || rule.Matches.Any(match => match.AsksConnection);

    private static int MemoriesOf(IEnumerable<Statement> statements) => statements.Sum(statement => statement.Steps.Count(step => step.Question is StatefulQuestion));

    /// <summary>The statements of rules at places of the store, of which some ask what programs know; null where they cannot be read.</summary>
    private List<Statement>? StatementsAt(IReadOnlyList<int> places)
    {
        StoredRule?[] stored = [.. places.Distinct().Select(_generation.Store.RuleAt)];
        if (stored.Contains(null) || StoredChainRules.Read(_generation.Store, [.. stored.Select(rule => rule!.Value)], _generation.Sets?.Named ?? []) is not { } rules)
        {
            return null;
        }

        List<Statement> statements = [];
        foreach (Statement statement in rules.SelectMany(rule => RuleSetLowering.LowerAll("", rule, _family, 0, Image.ChangesMarks, _ => 0)))
        {
            if (LatePlacement.TryPlace(statement, _facts.ToPlan) is { } placed)
            {
                statements.Add(placed);
            }
        }

        return statements;
    }

    private IEnumerable<StoredChain> Hooks => _generation.Store.Chains.Where(chain => chain.Chain.IsBuiltIn);

    private IEnumerable<StoredChain> StraightHooks() => Hooks.Where(hook => !Image.IsImageOnly(hook.Chain.Name));

    private IEnumerable<StoredChain> ListedHooks() => _listsAll ? Hooks : Hooks.Where(hook => Image.IsImageOnly(hook.Chain.Name));

    private bool TryListAll()
    {
        StoredChain[] straight = [.. StraightHooks()];
        _programs!.Foresee();
        var chains = new ImageChains(_generation, _family, Image, _facts);
        return Array.TrueForAll(straight, hook => chains.HasOrAdds(hook.Chain.Name));
    }

    /// <summary>Whether all sets that packets change, and that programs ask, are there.</summary>
    private bool HasSets(WiderPrograms programs)
    {
        HashSet<string> there = [.. (_generation.Sets?.Named ?? []).Where(set => set.IsTable).Select(set => set.Name)];
        return programs.SetNames.All(there.Contains);
    }

    private BpfMap Pin(BpfMap map, string pin, Action<string> afterStep)
    {
        _open.Add(map);
        map.Pin(_generation.Directory.PathOf(pin));
        afterStep($"pin {pin}");
        return map;
    }
}
