using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;

namespace MiniFirewall.Bench;

/// <summary>Loads programs with maps of their own, outside any namespace's state; disposes of both.</summary>
internal sealed class LoadedPrograms : IDisposable
{
    private readonly Dictionary<string, BpfMap> _maps = [];
    private readonly List<IDisposable> _owned = [];

    internal LoadedPrograms(int counters = 8192)
    {
        foreach (MapSpec spec in (MapSpec[])[
            WellKnownMaps.ControlSpec, WellKnownMaps.ProgramsSpec, WellKnownMaps.CountersSpec(counters), WellKnownMaps.EventsSpec(1 << 16),
            WellKnownMaps.RejectsSpec(1 << 16), WellKnownMaps.EpochSpec])
        {
            Make(spec);
        }
    }

    internal BpfMap Counters => _maps[WellKnownMaps.Counters];

    /// <summary>A map that programs loaded from now on may name.</summary>
    internal BpfMap Make(MapSpec spec)
    {
        var map = BpfMap.Create(spec);
        _maps.Add(spec.Name, map);
        _owned.Add(map);
        return map;
    }

    internal BpfProgram Empty()
    {
        var code = new Assembler();
        code.BeginFunction(new Function("main", true, [new ContextParameter("ctx", "bpf_nf_ctx")]), code.DefineLabel());
        code.Move(Register.R0, 1);
        code.Exit();
        return Load(new ProgramSpec("empty", ProgramType.Netfilter, 45, code.Finish(), []));
    }

    internal BpfProgram Compiled(RuleSet rules, Hook hook, Family family, BpfMap? hosts = null) =>
        Compiled(RuleSetLowering.Lower(rules, hook, family, new SequentialCounters()), new(), hosts);

    /// <summary>Compiles and loads: the one place that knows what a compiled program wants beside the well-known maps.</summary>
    /// <param name="hosts">The addresses of live names, where rules have some.</param>
    internal BpfProgram Compiled(PacketProgram program, CompileOptions options, BpfMap? hosts = null)
    {
        CompiledPrograms compiled = ProgramSetCompiler.Compile([program], options);
        var maps = new Dictionary<string, BpfMap>(_maps);
        foreach (MapImage image in compiled.Maps)
        {
            var map = BpfMap.Create(image.Spec);
            _owned.Add(map);
            using MappedMemory values = map.MapValues();
            image.Content.Span.CopyTo(values.GetSpan());
            maps[image.Spec.Name] = map;
        }

        if (hosts is not null)
        {
            maps[WellKnownMaps.Hosts] = hosts;
        }

        return Load(compiled.Specs[0], maps);
    }

    /// <summary>A dispatcher whose generation in force is this program.</summary>
    internal BpfProgram Dispatched(BpfProgram target, Hook hook, Family family)
    {
        _maps[WellKnownMaps.Programs].SetProgram(DispatcherCompiler.Slot(2, hook, family), target);
        var control = new byte[64];
        control[WellKnownMaps.ControlGeneration] = 2;
        _maps[WellKnownMaps.Control].Update(new byte[4], control);
        return Load(DispatcherCompiler.Compile(hook, family));
    }

    internal BpfProgram Load(ProgramSpec spec) => Load(spec, _maps);

    private BpfProgram Load(ProgramSpec spec, Dictionary<string, BpfMap> maps)
    {
        BpfProgram program = BpfProgram.Load(spec, KernelBtf.Types, maps);
        _owned.Add(program);
        return program;
    }

    public void Dispose() => _owned.ForEach(o => o.Dispose());

    /// <summary>Indexes in the order of asking; 0 is never given.</summary>
    private sealed class SequentialCounters : ICounterIndexes
    {
        private int _last;

        public int OfRule(Chain chain, Rule rule, Family family) => ++_last;

        public int OfPolicy(Chain chain, Family family) => ++_last;
    }
}
