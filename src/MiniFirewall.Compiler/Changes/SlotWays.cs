using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Changes;

/// <summary>Goes through the slots that may be a packet's (<see cref="ChangeSlot.Ways"/>), from the one that the register points to.</summary>
/// <param name="slot">The first of them; not R0 to R5.</param>
/// <param name="skb">The packet's sk_buff; not R0 to R5.</param>
internal sealed class SlotWays(Assembler code, Register slot, Register skb, SlotMap map)
{
    /// <summary>Whose slot it is, and the kernel's ticks when one is taken.</summary>
    internal const Register Packet = Register.R3, Now = Register.R4;

    /// <summary>Looks at the ways one after another, each with its packet's address in <see cref="Packet"/>; leaves the register at the first one, unless it jumps.</summary>
    internal void Each(Action<Label> emit)
    {
        for (int way = 0; way < ChangeSlot.Ways; way++)
        {
            Label next = code.DefineLabel("next way");
            code.Load(MemorySize.DoubleWord, Packet, slot, ChangeSlot.Packet);
            emit(next);
            code.Mark(next);
            code.Alu(AluOperation.Add, slot, map.SlotSize);
        }

        code.Alu(AluOperation.Subtract, slot, map.SlotSize * ChangeSlot.Ways);
    }

    /// <summary>
    /// To the slot that is the packet's already, or to one that is its own from now on: a free one, or one that nobody has come back to for a second;
    /// falls through where all are others'. By one instruction, for programs are interrupted by others. Loses R0 to R5.
    /// </summary>
    /// <param name="hertz">The kernel's ticks a second.</param>
    /// <param name="taken">With <see cref="Now"/>.</param>
    internal void Take(int hertz, Label own, Label taken)
    {
        Each(_ => code.Jump(JumpCondition.Equal, Packet, skb, own));
        code.Call(Helper.Jiffies64);
        code.Move(Now, Register.R0);
        Each(_ =>
        {
            code.Move(Register.R0, 0);
            code.AtomicCompareExchange(MemorySize.DoubleWord, slot, ChangeSlot.Packet, skb);
            code.Jump(JumpCondition.Equal, Register.R0, 0, taken);
        });
        Each(next =>
        {
            code.Load(MemorySize.DoubleWord, Register.R2, slot, ChangeSlot.Since);
            code.Alu(AluOperation.Add, Register.R2, hertz);
            code.Jump(JumpCondition.Greater, Register.R2, Now, next);
            code.Move(Register.R0, Packet);
            code.AtomicCompareExchange(MemorySize.DoubleWord, slot, ChangeSlot.Packet, skb);
            code.Jump(JumpCondition.Equal, Register.R0, Packet, taken);
        });
    }
}
