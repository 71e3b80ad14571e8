using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;

namespace MiniFirewall.Engine.Commit;

/// <summary>What it takes to load one family's programs.</summary>
/// <param name="Specs">A hook each, in the order of <see cref="DispatcherCompiler.Hooks"/>.</param>
/// <param name="Maps">The maps beside the shared ones that the programs name, with their contents.</param>
/// <param name="RateTables">Names of those maps that one of the same name, which is there already, may take the place of.</param>
internal sealed record FamilyPrograms(ImmutableArray<ProgramSpec> Specs, ImmutableArray<MapImage> Maps, ImmutableArray<string> RateTables)
{
    internal static FamilyPrograms Of(CompiledPrograms compiled) => new(compiled.Specs, compiled.Maps, [.. compiled.RateTables.Select(table => table.Spec.Name)]);
}
