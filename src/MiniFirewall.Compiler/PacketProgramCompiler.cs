using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Compiler.Retarget;
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
        var code = new Assembler { ClearsDeadRegisters = options.ClearsDeadRegisters };
        var helpers = new HelperFunctions(code, program.Family, program.Hook, options);
        var blocks = new BlockEmitter(code, program, plan, helpers);
        new MainEmitter(code, program, use, options, blocks.EmitEntry, helpers).Emit();
        blocks.EmitFunctions();
        helpers.EmitUsed();

        return ModulePrograms.Of(new ProgramSpec(NameOf(program), ProgramType.Netfilter, BpfNetfilter, code.Finish(), blocks.Origins), options.Context);
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
