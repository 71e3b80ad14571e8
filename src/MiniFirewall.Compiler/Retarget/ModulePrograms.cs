using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>
/// Makes of a program for a netfilter link the same one for the module on kernels without such programs: another type, another context, other
/// reads of what the context leads to. All that decides is the same instructions. Pure.
/// </summary>
internal static class ModulePrograms
{
    /// <exception cref="CompileException">The program needs what kernels that the context kind stands for do not have.</exception>
    internal static ProgramSpec Of(ProgramSpec spec, ContextKind context)
    {
        if (context != ContextKind.ModuleByProbes)
        {
            return spec;
        }

        var flow = new CodeFlow(spec.Code);
        var reads = new ProbeReads(flow);
        AssembledCode code = CodeRewriter.Rewrite(flow, at => WithOrigin(reads.Replacement(at), flow.Code.Instructions[at].Origin), WithContext);
        return spec with { Type = ProgramType.LwtOut, ExpectedAttachType = 0, Code = code };
    }

    private static List<Instruction> WithOrigin(IReadOnlyList<Instruction> parts, int origin) => [.. parts.Select(part => part with { Origin = origin })];

    private static Function WithContext(Function function) => function with
    {
        Parameters = [.. function.Parameters.Select(parameter => parameter is ContextParameter context ? context with { Struct = SkbContext.Struct } : parameter)],
    };
}
