using System.Collections.Immutable;

namespace MiniFirewall.Asm;

/// <summary>How a parameter looks to the verifier.</summary>
public abstract record Parameter(string Name);

/// <summary>A pointer to memory of a fixed size; a global function must test it for null before use (kernel 5.12).</summary>
public sealed record BytesParameter(string Name, int Size) : Parameter(Name);

/// <summary>The program's context (struct bpf_nf_ctx for a netfilter program).</summary>
public sealed record ContextParameter(string Name, string Struct) : Parameter(Name);

/// <summary>A 64-bit number.</summary>
public sealed record NumberParameter(string Name) : Parameter(Name);

/// <summary>
/// A function of a program. A global one is verified by itself, once, whatever the number of its callers (kernel 5.6);
/// a static one is verified again from every call.
/// </summary>
public sealed record Function(string Name, bool IsGlobal, ImmutableArray<Parameter> Parameters);

/// <summary>A function and the slot it starts at.</summary>
public sealed record PlacedFunction(Function Function, int Slot);

/// <summary>Instructions with labels resolved, and the functions they make up.</summary>
public sealed record AssembledCode(ImmutableArray<Instruction> Instructions, ImmutableArray<PlacedFunction> Functions);
