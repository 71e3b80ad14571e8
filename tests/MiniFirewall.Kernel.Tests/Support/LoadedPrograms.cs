using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>How a rule set's programs come about.</summary>
internal sealed record LoadOptions(PrologueKind Prologue, CompilationWay Way = CompilationWay.AsChosen)
{
    /// <summary>What the programs are compiled for.</summary>
    internal ContextKind Context { get; init; } = TestContexts.Usual;

    /// <summary>Applied to each packet program before it is compiled: a seeded defect of lowering.</summary>
    internal Func<PacketProgram, PacketProgram>? Change { get; init; }

    /// <summary>Applied to what the compiler made before it is loaded: a seeded defect of code or of maps' bytes.</summary>
    internal Func<CompiledFamily, CompiledFamily>? Corrupt { get; init; }
}

/// <summary>A rule set's programs in the kernel, one a hook and family; a family is compiled when it is first asked for.</summary>
internal sealed class LoadedPrograms(RuleSet rules, LoadOptions options, ProgramMaps maps) : IDisposable
{
    private static readonly Hook[] s_hooks = [Hook.LocalIn, Hook.Forward, Hook.LocalOut];
    private readonly Dictionary<Family, LoadedFamily> _families = [];
    private readonly LoadedSets? _sets = LoadedSets.Make(rules, hasArenas: HasArenas(options));

    internal CounterBook Book { get; } = new(rules);

    internal RuleSet Rules => rules;

    /// <summary>The sets' maps; null where the rules have none.</summary>
    internal LoadedSets? Sets => _sets;

    internal BpfProgram Of(Family family, Hook hook) => Of(family).Of(hook);

    internal LoadedFamily Of(Family family)
    {
        if (!_families.TryGetValue(family, out LoadedFamily? loaded))
        {
            maps.Reserve(Book.Count);
            loaded = new LoadedFamily(Compile(family), maps.ByName.AddRange(_sets?.ByMapName ?? []));
            _families.Add(family, loaded);
        }

        return loaded;
    }

    /// <summary>Who counted what.</summary>
    internal IEnumerable<Hit> HitsOf(Counters[] added)
    {
        for (int i = 0; i < Book.Count; i++)
        {
            if (added[i] != default)
            {
                yield return new Hit(Book.Owner(i).Place, added[i]);
            }
        }
    }

    public void Dispose()
    {
        foreach (LoadedFamily family in _families.Values)
        {
            family.Dispose();
        }

        _sets?.Dispose();
    }

    private static bool HasArenas(LoadOptions options) =>
        KernelRequirements.HasArenas && options.Way != CompilationWay.ClassifierBefore69 && options.Context != ContextKind.ModuleByProbes;

    private CompiledFamily Compile(Family family)
    {
        PacketProgram[] programs = [.. s_hooks.Select(hook => RuleSetLowering.Lower(rules, hook, family, Book))];

        // Programs with a defect may say different things of one chain, which are not to be proved.
        CompiledFamily compiled = CompiledFamily.Of(
            options.Change is null ? programs : [.. programs.Select(options.Change)], options.Prologue, options.Way, options.Context, prove: options.Change is null);
        return options.Corrupt?.Invoke(compiled) ?? compiled;
    }
}
