using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>
/// The context that the module hands to programs: struct __sk_buff (include/uapi/linux/bpf.h). Its pointer is that of the packet's
/// sk_buff; its cb words are struct minifw_words (kernel/minifw/uapi/minifw.h).
/// </summary>
internal static class SkbContext
{
    /// <summary>BPF_PROG_TYPE_LWT_OUT's context, by the name that the verifier knows.</summary>
    internal const string Struct = "__sk_buff";

    /// <summary>The address of struct nf_hook_state, 64 bits.</summary>
    internal const short State = Words;

    /// <summary>What the sender of a dropped packet is told, 32 bits (<see cref="MiniFirewall.Policy.Answer"/>).</summary>
    internal const short Answer = Words + 16;

    /// <summary>skb->mark and skb->priority, 32 bits each, which programs may write.</summary>
    internal const short Mark = 8, Priority = 32;

    private const short Words = 48, Length = 0;

    /// <summary>Where the context itself has a member of sk_buff, all 32 bits of it; -1 where it does not.</summary>
    internal static short Direct(KernelMemberReference member) => member switch
    {
        { Struct: "sk_buff", Member: "len", Plus: < 0 } => Length,
        { Struct: "sk_buff", Member: "mark", Plus: < 0 } => Mark,
        _ => -1,
    };
}
