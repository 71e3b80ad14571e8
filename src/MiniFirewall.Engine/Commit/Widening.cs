using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.Providers;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// Puts wider programs in the places of those in force, where a rule is to begin that asks for what these do not do: the first of its kind. The wider ones do with every packet what
/// the others do, over the same image, so they may take their places one by one; what is made on the way is known to nobody else, or does nothing. Then the
/// rule can begin as others do (<see cref="QuickChange"/>), and what that costs does not grow with the list.
/// </summary>
internal sealed class Widening
{
    internal const string Publish = "write abilities";

    private readonly NamespaceState _state;
    private readonly GenerationState _running;
    private readonly RuleChange _change;
    private readonly Action<string> _afterStep;
    private readonly CompileOptions _options;
    private bool _madeNamed;

    private Widening(NamespaceState state, GenerationState running, RuleChange change, Action<string> afterStep)
    {
        (_state, _running, _change, _afterStep) = (state, running, change, afterStep);
        _options = Options(ProviderChoice.Of(state.Directory));
    }

    /// <summary>Whether the change can be made beside the rules in force from now on, as far as this can help. Every packet meets what it met before.</summary>
    /// <param name="stage">Writes the change beside the rules in force, or returns null.</param>
    internal static bool TryMake(NamespaceState state, GenerationState running, Func<RuleChange?> stage, Action<string> afterStep)
    {
        if (state.Control.IsOnTrial || state.Control.IsBack || stage() is not { } change)
        {
            return false;
        }

        try
        {
            return new Widening(state, running, change, afterStep).TryMake();
        }
        catch (Exception e) when (e is CompileException or VerifierException or MissingFeatureException)
        {
            // The whole way says what is wrong, where it is wrong for it too.
            return false;
        }
        finally
        {
            change.Abandon();
        }
    }

    private bool TryMake()
    {
        if (NamingChange.Of(_running, _change) is not { } naming)
        {
            return false;
        }

        KernelBtf.BeginToFind(KernelNames.Usual);
        if (!TryMakeLists(naming) || !TryMakeEstimators(naming))
        {
            return false;
        }

        var families = new List<FamilyWidening>();
        try
        {
            foreach (Family family in DispatcherCompiler.Families.Where(family => _change.Begun.Any(begun => begun.Rule is not null && begun.Stored.Families.Has(family))))
            {
                if (FamilyWidening.TryPlan(_running, _change, family, _options) is not { } planned)
                {
                    return false;
                }

                families.Add(planned);
            }

            FamilyWidening[] needed = [.. families.Where(family => family.IsNeeded)];
            return (needed.Length > 0 || _madeNamed || !naming.HasChains) && TryMake(naming, needed);
        }
        finally
        {
            families.ForEach(family => family.Dispose());
        }
    }

    private bool TryMake(NamingChange naming, FamilyWidening[] families)
    {
        using SharedObjects shared = SharedObjects.Open(_state.Directory);
        if (shared.Provider == HookProvider.Module && (naming.Needs.Tables.HasTargets || _change.Begun.Any(begun => begun.Rule?.Target.Answers == true)))
        {
            // Whether some rules may answer beside others that hand packets on is for all rules to say (TableNeeds.RequireAnswers).
            return false;
        }

        bool beginsTracking = families.Any(family => family.BeginsTracking);
        if (beginsTracking && shared.Provider == HookProvider.Module)
        {
            return false;
        }

        MakeChains(naming, shared);
        if (beginsTracking)
        {
            BeginTracking(shared);
        }

        CompileOptions options = Options(shared.Provider);
        var loaded = new List<(HookPoint Point, BpfProgram Program)>();
        try
        {
            foreach (FamilyWidening family in families)
            {
                family.MakeMaps(_afterStep);
                if (!family.TryLoad(shared.MapsFor(_running.Counters.Counters, _running.Maps.Epoch, null, null), options, loaded))
                {
                    return false;
                }
            }

            loaded.ForEach(program => Pin(program.Point, program.Program));
            foreach ((HookPoint point, BpfProgram program) in loaded)
            {
                shared.Programs.SetProgram(DispatcherCompiler.Slot(_running.Number, point.Hook, point.Family), program);
                _afterStep($"put wider program {point}");
            }
        }
        finally
        {
            loaded.ForEach(program => program.Program.Dispose());
        }

        foreach (FamilyWidening family in families)
        {
            family.Publish();
            _afterStep(Publish);
        }

        // A packet that a program before is still at must not see what only the wider ones can do.
        GracePeriod.Wait();
        return true;
    }

    /// <summary>Lists of recent addresses are there from the first rule on that names them, whether or not packets come to it.</summary>
    private bool TryMakeLists(NamingChange naming)
    {
        if (naming.MissingLists(_running) is not { } missing)
        {
            return false;
        }

        using RecentMaps there = RecentMaps.Open(missing.Count == 0 ? null : _running.Directory);
        int number = there.All.Length;
        foreach (MapImage list in missing)
        {
            if (there.All.FirstOrDefault(map => map.Name == list.Spec.Name) is { } known)
            {
                ImageMap.FillAnew(known, list);
                _afterStep($"name {list.Spec.Name}");
                continue;
            }

            string pin = PinNames.Recent(number++);
            using BpfMap made = ImageMap.Create(list);
            made.Pin(_running.Directory.PathOf(pin));
            _afterStep($"pin {pin}");
        }

        _madeNamed |= missing.Count > 0;
        return true;
    }

    private bool TryMakeEstimators(NamingChange naming)
    {
        if (naming.MissingEstimators(_running) is not { } missing)
        {
            return false;
        }

        if (missing.Count > 0)
        {
            EstimatorChange.Begin(_running, missing, _afterStep);
            _madeNamed = true;
        }

        return true;
    }

    /// <summary>What a packet wants done beside the programs is there before the first one wants it.</summary>
    private void MakeChains(NamingChange naming, SharedObjects shared)
    {
        shared.Occasional.MakeFor(With(naming.After, _change));
        foreach ((string name, BpfMap map) in shared.Occasional.Fresh)
        {
            map.Pin(_state.Directory.PathOf(name));
            _afterStep($"pin {name}");
        }

        if (naming.HasChains)
        {
            return;
        }

        if (!naming.Needs.Changes.IsEmpty)
        {
            ChangeChains.Ensure(shared.Occasional.ByName[PinNames.Changes], naming.Needs.Changes, shared.Occasional.IsFresh(PinNames.Changes));
        }

        if (!naming.Needs.Tables.All.IsEmpty)
        {
            NeededTables.Ensure(naming.Needs.Tables, shared.Occasional.ByName, shared.Occasional.IsFresh);
        }

        if (naming.Needs.Tables.HasTargets)
        {
            MakeGuards(shared);
        }
    }

    private void MakeGuards(SharedObjects shared) =>
        Run(keep => HookAttachment.Of(shared.Provider).GuardSteps(_state.Directory, shared.Occasional.ByName[PinNames.Changes], keep));

    /// <summary>The table is there before the first packet is tracked, and fragments are put together.</summary>
    private void BeginTracking(SharedObjects shared)
    {
        using ConnectionMaps maps = ConnectionMaps.Begin(_running);
        foreach ((string name, BpfMap map) in maps.Pins.Where(pin => !_running.Directory.Contains(pin.Name)))
        {
            map.Pin(_running.Directory.PathOf(name));
            _afterStep($"pin {name}");
        }

        Run(keep => DispatcherCompiler.Families.Where(family => !_running.Directory.Contains(PinNames.Reassembly(family)))
            .Select(family => HookAttachment.Of(shared.Provider).ReassemblyStep(family, _running, () => _running.Directory, keep)));
    }

    /// <param name="steps">Is told of what is to stay open until all steps are done.</param>
    private void Run(Func<Action<IDisposable>, IEnumerable<CommitStep>> steps)
    {
        var open = new List<IDisposable>();
        try
        {
            foreach (CommitStep step in steps(open.Add))
            {
                step.Run();
                _afterStep(step.Name);
            }
        }
        finally
        {
            open.ForEach(item => item.Dispose());
        }
    }

    private void Pin(HookPoint point, BpfProgram program)
    {
        _running.Directory.PutInPlace(PinNames.Program(point), program.Pin);
        _afterStep($"pin wider program {point}");
    }

    private CompileOptions Options(HookProvider provider)
    {
        using BpfMap? table = TableMap.TryOpen(_running.Directory);
        CompileOptions options = KernelRequirements.Options(PrologueKind.Netfilter, provider);
        return table is null ? options : options with { ConnectionBuckets = Compiler.Connections.ConnectionTable.BucketsOf(table.ValueSize) };
    }

    /// <summary>Rules that say which maps are needed: those that name something, and those that begin.</summary>
    private static RuleSet With(RuleSet rules, RuleChange change) =>
        rules with { Chains = [rules.Chains[0] with { Rules = [.. rules.Chains[0].Rules, .. change.Begun.Select(begun => begun.Rule).OfType<Rule>()] }, .. rules.Chains[1..]] };
}
