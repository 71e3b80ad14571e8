using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>A packet's route, skb->_skb_refdst (include/linux/skbuff.h). A packet that has none comes from a test run.</summary>
internal static class RouteOf
{
    /// <summary>All but the flag that no reference is held (SKB_DST_PTRMASK).</summary>
    internal const int Mask = ~1;

    /// <summary>result = the address of its dst_entry, or 0.</summary>
    /// <param name="skb">Points to a sk_buff that may be read.</param>
    internal static void Emit(Assembler code, Register result, Register skb)
    {
        code.LoadMember(MemorySize.DoubleWord, result, skb, "sk_buff", "_skb_refdst");
        code.Alu(AluOperation.And, result, Mask);
    }
}
