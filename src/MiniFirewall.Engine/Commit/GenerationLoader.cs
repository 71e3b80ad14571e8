using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Counting;
using MiniFirewall.Engine.State;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Commit;

/// <summary>Makes a generation of a rule set: plans its counters, makes its maps, compiles and loads its programs. Nothing that packets meet changes.</summary>
internal static class GenerationLoader
{
    internal static LoadedGeneration Load(RuleSet given, SharedObjects shared, GenerationState? running, ProgramSource source)
    {
        RuleSet rules = RuleSetText.Copy(given);
        ImmutableArray<CountedPlace> places = CountedPlaces.Of(rules);
        SlotPlan plan = PlanSlots(places, running);
        CounterMaps counters = MakeCounters(plan, running);
        BpfMap? text = null;
        LoadedSets? sets = null;
        try
        {
            text = MakeText(rules, plan);
            sets = LoadedSets.Make(rules.Sets);
            var indexes = new CounterIndexes(places, plan.Slots);
            return new(places, plan, counters, text, sets, LoadPrograms(rules, indexes, source, shared.MapsFor(counters.Counters, sets)));
        }
        catch
        {
            sets?.Dispose();
            text?.Dispose();
            counters.Dispose();
            throw;
        }
    }

    private static SlotPlan PlanSlots(ImmutableArray<CountedPlace> places, GenerationState? running)
    {
        if (running is null)
        {
            return SlotPlan.First(places.Length);
        }

        return SlotPlan.After(
            CountedPlaces.KeysOf(places),
            [.. places.Select(place => place.Given is not null)],
            CountedPlaces.KeysOf(running.Places.Value),
            running.Stored.Slots,
            running.Stored.Capacity);
    }

    private static CounterMaps MakeCounters(SlotPlan plan, GenerationState? running)
    {
        BpfMap? counters = null, carried = null;
        try
        {
            BpfMap? before = running is null ? null : BpfMap.TryOpen(running.Directory.PathOf(PinNames.Counters));
            counters = plan.NewMaps ? BpfMap.Create(WellKnownMaps.CountersSpec(plan.Capacity)) : before;
            carried = plan.NewMaps ? before : null;
            return new(counters!, carried, BpfMap.Create(CounterMaps.BaseSpec(plan.Capacity)));
        }
        catch
        {
            counters?.Dispose();
            carried?.Dispose();
            throw;
        }
    }

    private static BpfMap MakeText(RuleSet rules, SlotPlan plan)
    {
        var stored = new StoredRules(
            DateTimeOffset.UtcNow,
            plan.Capacity,
            plan.Slots,
            plan.Kept,
            RuleSetText.FamiliesOf(rules),
            RuleSetText.NamesOf(rules),
            RuleSetText.Print(rules));
        byte[] value = stored.Encode();
        BpfMap map = BpfMap.Create(new MapSpec(PinNames.Text, MapType.Array, 4, value.Length, 1));
        try
        {
            map.Update(new byte[map.KeySize], value);
            map.Freeze();
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    private static ImmutableDictionary<HookPoint, BpfProgram> LoadPrograms(
        RuleSet rules, CounterIndexes indexes, ProgramSource source, Dictionary<string, BpfMap> maps)
    {
        var programs = ImmutableDictionary.CreateBuilder<HookPoint, BpfProgram>();
        try
        {
            foreach (HookPoint point in HookPoint.All)
            {
                programs.Add(point, BpfProgram.Load(source(rules, point, indexes, new CompileOptions()), KernelBtf.Types, maps));
            }

            return programs.ToImmutable();
        }
        catch
        {
            foreach (BpfProgram program in programs.Values)
            {
                program.Dispose();
            }

            throw;
        }
    }
}
