using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Commit;

/// <summary>One family's programs, loaded, and the map of their image.</summary>
/// <param name="Image">Null where no program looks into one.</param>
/// <param name="Memories">What questions of rules remember; null where none does.</param>
/// <param name="RateTables">Tables of hashlimit, pinned by their names.</param>
internal sealed record LoadedFamily(
    Family Family, ImmutableDictionary<HookPoint, BpfProgram> Programs, BpfMap? Image, BpfMap? Memories, ImmutableArray<BpfMap> RateTables) : IDisposable
{
    /// <summary>Fills the image's map and has the verifier judge the programs.</summary>
    /// <param name="maps">The maps that all families share.</param>
    /// <param name="running">Its tables of rates go on where they have the settings that the new rules ask for; null where there is none.</param>
    internal static LoadedFamily Load(
        Family family, FamilyPrograms compiled, IReadOnlyDictionary<string, BpfMap> maps, GenerationState? running)
    {
        var programs = ImmutableDictionary.CreateBuilder<HookPoint, BpfProgram>();
        using OwnMaps own = OwnMaps.Make(compiled.Maps, name => compiled.RateTables.Contains(name) && running is not null ? BpfMap.TryOpen(running.Directory.PathOf(name)) : null);
        try
        {
            Dictionary<string, BpfMap> all = own.With(maps);
            for (int i = 0; i < compiled.Specs.Length; i++)
            {
                programs.Add(new HookPoint(DispatcherCompiler.Hooks[i], family), BpfProgram.Load(compiled.Specs[i], KernelBtf.Types, all));
            }

            return new(family, programs.ToImmutable(), own.TakeImage(), own.TryTake(WellKnownMaps.State), own.Take(compiled.RateTables));
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

    public void Dispose()
    {
        Image?.Dispose();
        Memories?.Dispose();
        foreach (BpfMap table in RateTables)
        {
            table.Dispose();
        }

        foreach (BpfProgram program in Programs.Values)
        {
            program.Dispose();
        }
    }
}
