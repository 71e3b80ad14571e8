using MiniFirewall.Compiler.Tracing;

namespace MiniFirewall.Compiler;

/// <summary>Where a program reads a packet's surroundings from.</summary>
public enum PrologueKind
{
    /// <summary>struct bpf_nf_ctx, for a netfilter link (kernel 6.4).</summary>
    Netfilter,

    /// <summary>As <see cref="Netfilter"/>, but interfaces and mark come from the map "testinput" (<see cref="TestInputLayout"/>).</summary>
    Test,
}

/// <summary>What the compiler is told beside the packet program.</summary>
public sealed record CompileOptions(PrologueKind Prologue = PrologueKind.Netfilter)
{
    /// <summary>The program takes its headers from this trace, whatever the packet: for measurements. Null for none.</summary>
    public TraceLayout? Trace { get; init; }
}
