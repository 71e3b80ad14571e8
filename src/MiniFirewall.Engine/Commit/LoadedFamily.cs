using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Commit;

/// <summary>One family's programs, loaded, and the map of their image.</summary>
/// <param name="Image">Null where no program looks into one.</param>
internal sealed record LoadedFamily(Family Family, ImmutableDictionary<HookPoint, BpfProgram> Programs, BpfMap? Image) : IDisposable
{
    /// <summary>Fills the image's map and has the verifier judge the programs.</summary>
    /// <param name="maps">The maps that all families share.</param>
    internal static LoadedFamily Load(Family family, CompiledPrograms compiled, IReadOnlyDictionary<string, BpfMap> maps)
    {
        var programs = ImmutableDictionary.CreateBuilder<HookPoint, BpfProgram>();
        using OwnMaps own = OwnMaps.Make(compiled.Maps);
        try
        {
            Dictionary<string, BpfMap> all = own.With(maps);
            for (int i = 0; i < compiled.Specs.Length; i++)
            {
                programs.Add(new HookPoint(DispatcherCompiler.Hooks[i], family), BpfProgram.Load(compiled.Specs[i], KernelBtf.Types, all));
            }

            return new(family, programs.ToImmutable(), own.TakeImage());
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
        foreach (BpfProgram program in Programs.Values)
        {
            program.Dispose();
        }
    }
}
