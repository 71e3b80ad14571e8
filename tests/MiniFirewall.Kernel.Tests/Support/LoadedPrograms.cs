using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>A rule set's programs in the kernel: one a hook and family.</summary>
internal sealed class LoadedPrograms : IDisposable
{
    internal static readonly Hook[] Hooks = [Hook.LocalIn, Hook.Forward, Hook.LocalOut];
    private readonly Dictionary<(Family, Hook), BpfProgram> _programs = [];

    /// <param name="change">Applied to each packet program before it is compiled; null for none.</param>
    internal LoadedPrograms(
        RuleSet rules, IEnumerable<Family> families, PrologueKind prologue, ProgramMaps maps, Func<PacketProgram, PacketProgram>? change = null)
    {
        Book = new CounterBook(rules);
        if (Book.Count > ProgramMaps.Capacity)
        {
            throw new ArgumentException($"{Book.Count} counters are more than the maps have", nameof(rules));
        }

        try
        {
            foreach (Family family in families)
            {
                foreach (Hook hook in Hooks)
                {
                    PacketProgram program = RuleSetLowering.Lower(rules, hook, family, Book);
                    ProgramSpec spec = PacketProgramCompiler.Compile(change?.Invoke(program) ?? program, new CompileOptions(prologue));
                    _programs.Add((family, hook), BpfProgram.Load(spec, KernelBtf.Types, maps.ByName));
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal CounterBook Book { get; }

    internal IEnumerable<KeyValuePair<(Family Family, Hook Hook), BpfProgram>> All => _programs;

    internal BpfProgram Of(Packet packet) => _programs[(packet.Family, packet.Hook)];

    /// <summary>Who counted what, of one family.</summary>
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
    }
}
