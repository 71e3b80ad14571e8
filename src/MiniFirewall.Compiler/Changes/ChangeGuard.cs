using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Changes;

/// <summary>
/// The program that stands behind the chains that carry out targets, on the same hook: a packet whose slot (<see cref="ChangeSlot"/>) says that it is to be
/// dropped, or that a target was to decide about it and has not been asked, does not pass. So nothing passes unseen where somebody has taken the chains
/// away. Of type NETFILTER, for a link or for the module: kernel 6.4.
/// </summary>
public static class ChangeGuard
{
    public const string Name = "minifw_guard";

    private const Register Slot = Register.R7, Packet = Register.R6, Wanted = Register.R1, Verdict = Register.R0;

    public static ProgramSpec Program()
    {
        var code = new Assembler();
        Label found = code.DefineLabel("slot is found"), end = code.DefineLabel("verdict");
        code.BeginFunction(new Function("main", IsGlobal: true, [new ContextParameter("ctx", "bpf_nf_ctx")]), code.DefineLabel("main"));
        code.LoadMember(MemorySize.DoubleWord, Packet, Register.R1, "bpf_nf_ctx", "skb");
        SlotSearch.Emit(code, Slot, Packet, found, SlotMap.Changes);
        code.Move(Verdict, 1);
        code.Exit();
        code.Mark(found);
        code.Load(MemorySize.Byte, Wanted, Slot, ChangeSlot.Wanted);
        ChangeSlot.EmitFree(code, Slot, Register.R2);
        code.Move(Verdict, 0);
        code.Alu(AluOperation.And, Wanted, ChangeSlot.WantsDecision | ChangeSlot.WantsDrop);
        code.Jump(JumpCondition.NotEqual, Wanted, 0, end);
        code.Move(Verdict, 1);
        code.Mark(end);
        code.Exit();
        return new ProgramSpec(Name, ProgramType.Netfilter, DispatcherCompiler.BpfNetfilter, code.Finish(), []);
    }
}
