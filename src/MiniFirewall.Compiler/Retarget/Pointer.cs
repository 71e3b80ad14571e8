namespace MiniFirewall.Compiler.Retarget;

/// <summary>What a register is known to point to, as far as it matters for another context.</summary>
internal enum Pointer : byte
{
    /// <summary>Nothing of these.</summary>
    None,

    /// <summary>The context, taken for struct bpf_nf_ctx.</summary>
    Context,

    /// <summary>The same, 8 bytes on: where struct bpf_nf_ctx has its sk_buff.</summary>
    ContextSkb,

    /// <summary>The packet's sk_buff: the context itself.</summary>
    Skb,

    /// <summary>struct nf_hook_state: a number that the module has left.</summary>
    State,

    /// <summary>The result of a cast: memory of the kernel's, read with faults.</summary>
    Kernel,
}
