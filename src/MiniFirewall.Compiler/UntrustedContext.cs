using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// The context through an inlined cast (bpf_rdonly_cast, kernel 6.2): what is read through it costs a range check a load,
/// but the verifier need not look up whether it may be trusted.
/// </summary>
internal static class UntrustedContext
{
    /// <summary>R0 = the context as struct bpf_nf_ctx. Loses R1 to R5.</summary>
    internal static void Cast(Assembler code, Register context)
    {
        code.Move(Register.R1, context);
        code.LoadKernelType(Register.R2, "bpf_nf_ctx");
        code.CallKernel("bpf_rdonly_cast");
    }
}
