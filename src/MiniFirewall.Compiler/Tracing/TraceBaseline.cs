using MiniFirewall.Asm;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Tracing;

/// <summary>What a traced program costs beside its rules and its prologue: its measuring alone, in an otherwise empty program.</summary>
public static class TraceBaseline
{
    private const uint BpfNetfilter = 45;

    /// <summary>A program that accepts, and takes from the trace what <paramref name="program"/>, compiled with the same layout, would.</summary>
    public static ProgramSpec Compile(PacketProgram program, TraceLayout layout)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(layout);
        var code = new Assembler();
        var trace = new TraceEmitter(code, FieldUse.Of(program), layout);
        code.BeginFunction(new Function("main", IsGlobal: true, [new ContextParameter("ctx", "bpf_nf_ctx")]), code.DefineLabel("main"));
        trace.EmitCold();
        trace.EmitHeader();
        code.Move(Register.R0, 1);
        code.Exit();
        return new ProgramSpec("trace_baseline", ProgramType.Netfilter, BpfNetfilter, code.Finish(), []);
    }
}
