using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Changes;

/// <summary>
/// A slot of the map <see cref="WellKnownMaps.Changes"/>: what rules want changed of a packet that a program has passed, for the chains
/// behind it on the same hook that change it (a BPF program on a Netfilter hook cannot write a packet). A packet's slot is one of
/// <see cref="Ways"/> from a place on that its sk_buff's address gives. All integers are in the machine's order.
/// </summary>
public static class ChangeSlot
{
    public const int Size = 48;

    /// <summary>u64: the address of the packet's sk_buff; 0 where the slot is free.</summary>
    public const int Packet = 0;

    /// <summary>
    /// u64: the kernel's ticks (bpf_jiffies64) when it was taken; of a free slot a time that never comes, so that nobody takes it for an old one
    /// before its time is written.
    /// </summary>
    public const int Since = 8;

    /// <summary>u32: the packet's new mark.</summary>
    public const int Mark = 16;

    /// <summary>u32: its new priority (skb->priority).</summary>
    public const int Priority = 20;

    /// <summary>u16: the TCP segment size to lower to, bytes.</summary>
    public const int SegmentSize = 24;

    /// <summary>u8: what is wanted.</summary>
    public const int Wanted = 26;

    /// <summary>u32 each: the numbers of targets to be carried out (<see cref="HandedToTarget.Number"/>); 0 where there is none, or no more.</summary>
    public const int Targets = 28;

    /// <summary>Different targets that a packet may be handed to.</summary>
    public const int MostTargets = 5;

    /// <summary>Bits of <see cref="Wanted"/>: the first three above, and the segment size lowered to what the path has room for.</summary>
    public const int WantsNothing = 0, WantsMark = 1, WantsPriority = 2, WantsSegmentSize = 4, WantsPathSize = 8;

    /// <summary>Bits of <see cref="Wanted"/>: to be handed to targets, to one that decides, and to be dropped when that is done.</summary>
    public const int WantsTarget = 16, WantsDecision = 32, WantsDrop = 64;

    /// <summary>Stands, where segment sizes are named, for what the path has room for: XT_TCPMSS_CLAMP_PMTU (include/uapi/linux/netfilter/xt_TCPMSS.h).</summary>
    public const ushort PathSize = 0xffff;

    internal const int Ways = 4;

    /// <summary>Bits of what is done behind the chains that change packets.</summary>
    internal const int WantsLater = WantsTarget | WantsDecision | WantsDrop;

    private const ulong Never = 1UL << 62;

    private const int PlaceBits = 10, Places = 1 << PlaceBits;

    /// <summary>An sk_buff is 256 bytes apart from the next (a slab's objects).</summary>
    private const int AddressShift = 8;

    /// <summary>2 to the 32nd by the golden ratio: spreads addresses that follow one another (Knuth, The Art of Computer Programming 3, 6.4).</summary>
    private const int Spread = unchecked((int)2654435769);

    internal const int Slots = Places + Ways - 1;

    /// <summary>Where a target's number is.</summary>
    internal static int TargetAt(int index) => Targets + (index * sizeof(uint));

    /// <summary>Frees a slot, by an exchange, which is behind all reads of it: whoever takes it next writes it anew. Loses scratch.</summary>
    internal static void EmitFree(Assembler code, Register slot, Register scratch)
    {
        code.LoadConstant(scratch, Never);
        code.Store(MemorySize.DoubleWord, slot, Since, scratch);
        code.Move(scratch, 0);
        code.AtomicExchange(MemorySize.DoubleWord, slot, Packet, scratch);
    }

    /// <summary>
    /// first = the first of the slots that may be the packet's, others follow it. Loses scratch, keeps the packet. Half of a pointer is a number to
    /// the verifier, and all that tells addresses apart.
    /// </summary>
    internal static void EmitFirst(Assembler code, Register first, Register scratch, Register packet, SlotMap map)
    {
        code.Alu(AluOperation.Move, scratch, packet, OperandWidth.Bits32);
        code.Alu(AluOperation.ShiftRight, scratch, AddressShift, OperandWidth.Bits32);
        code.Alu(AluOperation.Multiply, scratch, Spread, OperandWidth.Bits32);
        code.Alu(AluOperation.ShiftRight, scratch, 32 - PlaceBits, OperandWidth.Bits32);
        code.Alu(AluOperation.Multiply, scratch, map.SlotSize);
        code.LoadMapValue(first, map.Name);
        code.Alu(AluOperation.Add, first, scratch);
    }
}
