using MiniFirewall.Asm;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Tracing;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Verification;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>Which code the compiler is to make of a list.</summary>
public enum CompilationWay
{
    /// <summary>What it finds cheapest.</summary>
    AsChosen,

    /// <summary>Statement after statement.</summary>
    Straight,

    /// <summary>The classifier, however short the list.</summary>
    Classifier,

    /// <summary>As <see cref="Classifier"/>, with the loops that kernels before 6.9 get.</summary>
    ClassifierBefore69,
}

/// <summary>What the compiler makes of one family's rules: a program for each hook, and the maps with contents that the programs name.</summary>
internal sealed record CompiledFamily(IReadOnlyDictionary<Hook, ProgramSpec> Programs, IReadOnlyList<FilledMap> Maps)
{
    /// <summary>The one place where these tests call the compiler.</summary>
    /// <param name="programs">All of one family.</param>
    internal static CompiledFamily Of(
        IReadOnlyList<PacketProgram> programs, PrologueKind prologue, CompilationWay way, ContextKind context = ContextKind.Link, TraceLayout? trace = null, bool prove = true)
    {
        CompileOptions options = Options(prologue, way) with { Context = context, Trace = trace };
        CompiledPrograms compiled = ProgramSetCompiler.Compile([.. programs], options);
        if (prove)
        {
            RequireProof(compiled);
        }

        return new(
            programs.Select((program, index) => (program.Hook, compiled.Specs[index])).ToDictionary(),
            [.. compiled.Maps.Select(map => new FilledMap(map.Spec, map.Content.ToArray()))]);
    }

    private const int LongestProvedList = 2_000;

    /// <summary>Records of a new image are in force from epoch 0 on; the maps of tests are at it.</summary>
    private const uint FirstEpoch = 0;

    /// <summary>Bytes of all values.</summary>
    internal long MapBytes => Maps.Sum(map => (long)map.Spec.ValueSize * map.Spec.MaxEntries);

    /// <summary>Every image that a test runs is proved first; long lists are proved once a kind, by ProofTests.</summary>
    private static void RequireProof(CompiledPrograms compiled)
    {
        if (compiled.Image is { } image && compiled.Listed.Sum(program => program.Blocks.Sum(block => block.Statements.Length)) <= LongestProvedList)
        {
            VerificationReport report = ImageVerifier.Verify(compiled.Listed, image, FirstEpoch);
            Assert.True(report.IsProved, $"not proved: {report.Findings.FirstOrDefault()}");
        }
    }

    private static CompileOptions Options(PrologueKind prologue, CompilationWay way) => new(prologue)
    {
        Structure = way switch
        {
            CompilationWay.AsChosen => ListStructure.Measured,
            CompilationWay.Straight => ListStructure.Straight,
            CompilationWay.Classifier or CompilationWay.ClassifierBefore69 => ListStructure.Classifier,
            _ => throw new ArgumentOutOfRangeException(nameof(way), way, "no such way"),
        },
        Loops = KernelRequirements.HasMayGoto && way != CompilationWay.ClassifierBefore69 ? LoopKind.MayGoto : LoopKind.Calls,
    };
}

/// <summary>A map and what stands in its first values; the rest is zero.</summary>
internal sealed record FilledMap(MapSpec Spec, byte[] Content);
