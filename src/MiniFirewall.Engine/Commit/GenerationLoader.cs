using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier.Change;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Engine.Changes;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.State;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Commit;

/// <summary>Makes a generation of a rule set: plans its counters, makes its maps, compiles and loads its programs. Nothing that packets meet changes.</summary>
internal static class GenerationLoader
{
    /// <param name="forms">Has the form of the rules where they were compiled before, and is given it where they are compiled now; null for neither.</param>
    internal static LoadedGeneration Load(
        RuleSet given, SharedObjects shared, GenerationState? running, ProgramSource source, TrialPart trial = TrialPart.None, FormExchange? forms = null)
    {
        RuleSet rules = WithRulesOfTheirOwn(given);
        TableNeeds.RequireAnswers(rules, shared.Provider);
        var lines = new Lazy<RuleLines>(() => RuleLines.Of(rules));
        ImmutableArray<CountedPlace> places = CountedPlaces.Of(rules);
        CompiledForm? kept = running is null && forms?.Kept is { } form && form.Order == CountedPlaces.OrderOf(rules, lines.Value) ? form : null;
        SlotPlan plan = kept?.Plan ?? PlanSlots(rules, lines, places, running, trial == TrialPart.Begins);
        (ImmutableArray<RuleSlots> policies, ImmutableArray<RuleSlots> slots) = CountedPlaces.SlotsOf(rules, plan);
        CounterMaps counters = MakeCounters(plan, running, NeedsOffsets(plan, places, running));
        BpfMap? epoch = null;
        StoreMaps? store = null;
        LoadedSets? sets = null;
        LoadedRecentLists? recent = null;
        LoadedEstimators? estimators = null;
        ConnectionMaps? connections = null;
        HostMap? hosts = null;
        try
        {
            epoch = StoreMaps.MakeEpoch();
            sets = LoadedSets.Make(rules, running, trial != TrialPart.None);
            recent = LoadedRecentLists.Make(rules, running);
            estimators = LoadedEstimators.Make(rules, running, trial != TrialPart.None);
            connections = ConnectionMaps.After(running, rules, trial != TrialPart.None);
            hosts = HostMap.Make(rules);
            shared.Occasional.MakeFor(rules);
            var indexes = new CounterIndexes(rules, policies, slots);
            Dictionary<string, BpfMap> maps = shared.MapsFor(counters.Counters, epoch, sets, connections, recent, estimators, hosts);
            CompileOptions options = Options(shared.Provider, recent, estimators, connections) with { AlwaysTracks = trial != TrialPart.None && connections?.Table is not null };
            string facts = forms is null ? "" : FormFacts.Of(options, rules);
            bool isCompiled = kept?.Facts == facts;
            var programs = new FamilyPrograms[DispatcherCompiler.Families.Length];
            ImmutableArray<LoadedFamily> families = LoadFamilies(
                (family, i) => programs[i] = isCompiled ? kept!.Families[i] : FamilyPrograms.Of(WithAskers(source(rules, family, indexes, options), family, slots)), maps, running, MakeStore);
            if (forms is not null && !isCompiled)
            {
                forms.Made = new(facts, CountedPlaces.OrderOf(rules, lines.Value), plan, [.. programs]);
            }

            return new(places, plan, counters, store!, sets, recent, estimators, connections, hosts, families)
            {
                Chains = ChainNeeds.Of(rules),
            };
        }
        catch
        {
            hosts?.Dispose();
            connections?.Dispose();
            estimators?.Dispose();
            recent?.Dispose();
            sets?.Dispose();
            store?.Dispose();
            epoch?.Dispose();
            counters.Dispose();
            throw;
        }

        void MakeStore() => store = StoreMaps.Make(
            RuleStoreImage.Make(rules, lines.Value, policies, slots, RuleLabels.Spread(rules), plan.Capacity, plan.FirstFreshSlot, DateTimeOffset.UtcNow), epoch!);
    }

    /// <summary>The image says of each question where the store has a rule that asks it.</summary>
    private static CompiledPrograms WithAskers(CompiledPrograms compiled, Family family, ImmutableArray<RuleSlots> slots)
    {
        if (compiled.Image is { } image)
        {
            var places = new Lazy<Dictionary<int, int>>(() => slots.Select((slot, place) => (Slot: slot.Of(family), Place: place)).Where(rule => rule.Slot != 0).ToDictionary(rule => rule.Slot, rule => rule.Place));
            ImageEditor.SetAskers(image, counter => places.Value.TryGetValue(counter, out int place) ? place : null);
        }

        return compiled;
    }

    /// <summary>Every rule an object of its own, so that rules can be told apart by reference.</summary>
    private static RuleSet WithRulesOfTheirOwn(RuleSet rules)
    {
        var seen = new HashSet<object>(rules.Chains.Sum(chain => chain.Rules.Length + 1), ReferenceEqualityComparer.Instance);
        return rules.Chains.All(chain => seen.Add(chain) && chain.Rules.All(seen.Add))
            ? rules
            : rules with { Chains = [.. rules.Chains.Select(chain => chain with { Rules = [.. chain.Rules.Select(rule => rule with { })] })] };
    }

    private static SlotPlan PlanSlots(RuleSet rules, Lazy<RuleLines> lines, ImmutableArray<CountedPlace> places, GenerationState? running, bool isApart)
    {
        if (running is null)
        {
            return SlotPlan.First(places.Length);
        }

        var contents = StoredContents.Of(running.Store);
        return SlotPlan.After(
            CountedPlaces.KeysOf(rules, lines.Value),
            [.. places.Select(place => place.Given is not null)],
            contents.Keys(),
            contents.Slots().Slots,
            running.Store.Header.Capacity,
            running.Store.FirstFreshSlot,
            isApart || CounterSums.PerElement(running.Counters.Counters) != WellKnownMaps.CountersPerElement);
    }

    /// <summary>Whether some place may begin with an offset: given counters, offsets or carried counts that go on, or a slot that somebody counted in.</summary>
    private static bool NeedsOffsets(SlotPlan plan, ImmutableArray<CountedPlace> places, GenerationState? running)
    {
        if (running is null or { Counters: { Base: null, Carried: null } })
        {
            int firstClean = plan.NewMaps || running is null ? 0 : running.Store.FirstFreshSlot;
            return places.Any(place => place.Given is { } given && given != default)
                || plan.Slots.Where((_, i) => !plan.Kept[i]).Any(slot => slot < firstClean);
        }

        return true;
    }

    private static CounterMaps MakeCounters(SlotPlan plan, GenerationState? running, bool withOffsets)
    {
        BpfMap? counters = null, carried = null;
        try
        {
            BpfMap? before = running is null ? null : BpfMap.TryOpen(running.Directory.PathOf(PinNames.Counters));
            counters = plan.NewMaps ? BpfMap.Create(WellKnownMaps.CountersSpec(plan.Capacity)) : before;
            carried = plan.NewMaps ? before : null;
            return new(counters!, carried, withOffsets ? BpfMap.Create(CounterMaps.BaseSpec(plan.Capacity)) : null);
        }
        catch
        {
            counters?.Dispose();
            carried?.Dispose();
            throw;
        }
    }

    private static CompileOptions Options(HookProvider provider, LoadedRecentLists recent, LoadedEstimators estimators, ConnectionMaps? connections) =>
        KernelRequirements.Options(PrologueKind.Netfilter, provider) with
        {
            HasSpare = true,
            RecentLists = recent.Stamps,
            Estimators = estimators.Slots,
            ConnectionBuckets = connections?.Buckets ?? ConnectionTable.DefaultBuckets,
        };

    /// <summary>The families side by side: each takes a processor for as long as its compiling and the verifier take.</summary>
    /// <param name="programs">Makes those of the family of a place among <see cref="DispatcherCompiler.Families"/>.</param>
    /// <param name="meanwhile">Is done at the same time, on this thread.</param>
    private static ImmutableArray<LoadedFamily> LoadFamilies(
        Func<Family, int, FamilyPrograms> programs, Dictionary<string, BpfMap> maps, GenerationState? running, Action meanwhile)
    {
        Task<LoadedFamily>[] loads =
            [.. DispatcherCompiler.Families.Select((family, i) => Task.Run(() => LoadedFamily.Load(family, programs(family, i), maps, running)))];
        try
        {
            meanwhile();
            return [.. loads.Select(load => load.GetAwaiter().GetResult())];
        }
        catch
        {
            foreach (Task<LoadedFamily> load in loads)
            {
                DisposeWhereLoaded(load);
            }

            throw;
        }
    }

    private static void DisposeWhereLoaded(Task<LoadedFamily> load)
    {
        try
        {
            load.GetAwaiter().GetResult().Dispose();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Another family's failure is the one that is told.
        }
    }
}
