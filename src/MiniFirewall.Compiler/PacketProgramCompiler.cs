using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Compiler.Retarget;
using MiniFirewall.Compiler.Retarget.Loops;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>
/// Compiles a packet program to a BPF program by itself, statement after statement. Pure and deterministic: the same input
/// gives the same bytes. <see cref="ProgramSetCompiler"/> chooses between this and the classifier.
/// </summary>
public static class PacketProgramCompiler
{
    internal const uint BpfNetfilter = 45;

    /// <summary>
    /// The program's spec; it names the maps of <see cref="WellKnownMaps"/>. Counter 0 must not be given to any statement
    /// or default.
    /// </summary>
    /// <exception cref="CompileException">The packet program is beyond what the kernel can take.</exception>
    public static ProgramSpec Compile(PacketProgram program, CompileOptions options)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(options);

        // The passes, top to bottom: what is read, what becomes a function, then code.
        FieldUse use = FieldUse.Of(program);
        if (options.Tracks)
        {
            use.AddTracking();
        }

        BlockPlan plan = BlockPlan.Of(program);
        var code = new Assembler { ClearsDeadRegisters = true };
        var helpers = new HelperFunctions(code, program.Family, program.Hook, use, options);
        var blocks = new BlockEmitter(code, program, plan, helpers);
        new MainEmitter(code, program, use, options, blocks.EmitEntry, helpers).Emit();
        blocks.EmitFunctions();
        helpers.EmitUsed();

        return ForKernel(new ProgramSpec(NameOf(program), ProgramType.Netfilter, BpfNetfilter, code.Finish(), blocks.Origins), options);
    }

    /// <summary>The last passes: what a program for a link of a new kernel becomes for who runs it, and for older kernels.</summary>
    /// <param name="loops">How loops of its first function become a callback; null where it has none.</param>
    internal static ProgramSpec ForKernel(ProgramSpec spec, CompileOptions options, TurnPlan? loops = null)
    {
        try
        {
            spec = ModulePrograms.Of(spec, options.Context);
            return options.HasMayGoto ? spec : OldLoops.Of(spec, loops);
        }
        catch (OverflowException)
        {
            // The passes make code longer; a jump has 16 bits.
            throw new OldKernelException("the rules are too many for one program of this kernel: Linux 6.9 or newer is needed");
        }
    }

    internal static string NameOf(PacketProgram program)
    {
        string hook = program.Hook switch
        {
            Hook.LocalIn => "in",
            Hook.Forward => "fwd",
            Hook.LocalOut => "out",
            Hook.PreRouting => "pre",
            _ => "post",
        };
        return $"minifw_{hook}_{(program.Family == Family.IPv4 ? 4 : 6)}";
    }
}
