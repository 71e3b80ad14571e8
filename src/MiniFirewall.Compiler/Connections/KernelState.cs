using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// What the kernel's own tracking says of a packet, where it has looked at it, in the lower bits of skb->_nfct (enum ip_conntrack_info, NFCT_INFOMASK); above them is the
/// address of its entry. With 0 it has not looked, or found the packet INVALID.
/// </summary>
internal static class KernelState
{
    internal const int Mask = 7;

    /// <summary>A rule of table raw has it left out (-j CT --notrack): there is no entry.</summary>
    internal const int Untracked = 7;

    /// <summary>It belongs to a connection that a helper has announced, and that nobody has answered yet.</summary>
    internal const int Related = 1;

    /// <summary>It begins a connection, or goes on with one that nobody has answered yet.</summary>
    internal const int New = 2;

    /// <summary>So much more than the others (but <see cref="Untracked"/>) is what is said of an answer.</summary>
    internal const int Reply = 3;

    /// <summary>R2 = the state of the packet whose sk_buff is in R1; goes to the label where it is left out.</summary>
    internal static void EmitLoad(Assembler code, Label untracked)
    {
        Label known = code.DefineLabel("has an entry of the kernel's");
        code.LoadMember(MemorySize.DoubleWord, Register.R2, Register.R1, "sk_buff", "_nfct");
        code.Jump(JumpCondition.Equal, Register.R2, Untracked, untracked);
        code.Jump(JumpCondition.Greater, Register.R2, Mask, known);
        code.Move(Register.R2, 0);
        code.Mark(known);
        code.Alu(AluOperation.And, Register.R2, Mask);
    }
}
