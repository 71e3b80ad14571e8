using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>A rule set's programs in the kernel, one a hook and family; each is loaded when it is first asked for.</summary>
/// <param name="change">Applied to each packet program before it is compiled; null for none.</param>
internal sealed class LoadedPrograms(
    RuleSet rules, PrologueKind prologue, ProgramMaps maps, Func<PacketProgram, PacketProgram>? change = null) : IDisposable
{
    private readonly Dictionary<(Family, Hook), BpfProgram> _programs = [];
    private readonly LoadedSets? _sets = LoadedSets.Make(rules.Sets);

    internal CounterBook Book { get; } = new(rules);

    internal BpfProgram Of(Family family, Hook hook)
    {
        if (!_programs.TryGetValue((family, hook), out BpfProgram? program))
        {
            program = Load(family, hook);
            _programs.Add((family, hook), program);
        }

        return program;
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
        foreach (BpfProgram program in _programs.Values)
        {
            program.Dispose();
        }

        _sets?.Dispose();
    }

    private BpfProgram Load(Family family, Hook hook)
    {
        PacketProgram program = RuleSetLowering.Lower(rules, hook, family, Book);
        ProgramSpec spec = PacketProgramCompiler.Compile(change?.Invoke(program) ?? program, new CompileOptions(prologue));
        return Book.Count <= ProgramMaps.Capacity
            ? BpfProgram.Load(spec, KernelBtf.Types, _sets is null ? maps.ByName : maps.ByName.Add(WellKnownMaps.Sets, _sets.Map))
            : throw new InvalidOperationException($"{Book.Count} counters are more than the maps have");
    }
}
