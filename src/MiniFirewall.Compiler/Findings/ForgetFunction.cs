using MiniFirewall.Asm;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Compiler.Retarget;

namespace MiniFirewall.Compiler.Findings;

/// <summary>The function forget_findings(ctx): frees the packet's slot (<see cref="FindingSlot"/>), which nobody asks any more. R0 = 0.</summary>
internal static class ForgetFunction
{
    private const Register Slot = Register.R6, Skb = Register.R9;

    internal static void Emit(Assembler code, Label entry)
    {
        Label found = code.DefineLabel("slot is found");
        code.BeginFunction(new Function("forget_findings", IsGlobal: true, [new ContextParameter("ctx", "bpf_nf_ctx")]), entry);
        code.Move(Slot, Register.R1);
        UntrustedContext.Cast(code, Slot);
        code.LoadMember(MemorySize.DoubleWord, Skb, Register.R0, "bpf_nf_ctx", "skb");
        SlotSearch.Emit(code, Slot, Skb, found, SlotMap.Findings);
        code.Move(Register.R0, 0);
        code.Exit();
        code.Mark(found);
        ChangeSlot.EmitFree(code, Slot, Register.R1);
        code.Move(Register.R0, 0);
        code.Exit();
    }
}
