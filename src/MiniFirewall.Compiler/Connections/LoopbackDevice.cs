using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>Whether a packet has come in over the loopback device, so that it has been tracked where it left.</summary>
internal static class LoopbackDevice
{
    private const int LoopbackFlag = 8; // IFF_LOOPBACK

    /// <summary>Goes to the label where it has. Loses R0 to R5.</summary>
    internal static void EmitJump(Assembler code, Register context, Label cameOverIt)
    {
        Label other = code.DefineLabel("not loopback");
        UntrustedContext.Cast(code, context);
        code.LoadMember(MemorySize.DoubleWord, Register.R2, Register.R0, "bpf_nf_ctx", "state");
        code.LoadMember(MemorySize.DoubleWord, Register.R2, Register.R2, "nf_hook_state", "in");
        code.Jump(JumpCondition.Equal, Register.R2, 0, other);
        code.LoadMember(MemorySize.Word, Register.R1, Register.R2, "net_device", "flags");
        code.Jump(JumpCondition.Set, Register.R1, LoopbackFlag, cameOverIt);
        code.Mark(other);
    }
}
