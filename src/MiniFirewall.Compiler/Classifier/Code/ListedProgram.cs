using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>Compiles programs that look into an image: of the image they depend on its sizes alone, and on what its statements ask for.</summary>
/// <param name="use">What all programs over the image ask for.</param>
/// <param name="oddTests">As <see cref="OddTests.Of"/> of all its statements.</param>
/// <param name="mostOps">As the <see cref="ClassifierEmitter"/> is told.</param>
internal sealed class ListedProgram(ImageLayout layout, FieldUse use, List<OddTest>? oddTests, int mostOps, CompileOptions options)
{
    /// <param name="program">Of its blocks no more than the entry's name counts.</param>
    /// <param name="chain">The number of its entry's chain in the image.</param>
    internal ProgramSpec Compile(PacketProgram program, int chain)
    {
        var code = new Assembler { ClearsDeadRegisters = options.HasMayGoto };
        var helpers = new HelperFunctions(code, program.Family, program.Hook, use, options);
        var classifier = new ClassifierEmitter(code, program.Family, layout, helpers, oddTests, use, mostOps);
        new MainEmitter(code, program, use, options, verdict => classifier.EmitEntry(chain, verdict), helpers).Emit();
        classifier.EmitFunctions();
        helpers.EmitUsed();
        return PacketProgramCompiler.ForKernel(
            new ProgramSpec(PacketProgramCompiler.NameOf(program), ProgramType.Netfilter, PacketProgramCompiler.BpfNetfilter, code.Finish(), []), options, ClassifierEmitter.Turns);
    }
}
