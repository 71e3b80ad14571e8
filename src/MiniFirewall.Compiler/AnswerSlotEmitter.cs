using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// The function send_reject(ctx, answer) where the module runs programs of netfilter's type: leaves the answer for the packet in a slot of its
/// processor (struct minifw_slot, kernel/minifw/uapi/minifw.h), which the module takes when the packet is dropped. A slot is taken by one
/// instruction, since programs are interrupted by others; where all are taken, the answer is lost, and counted. A packet without a
/// route is none of the network's but a test run's: nobody would take its answer.
/// </summary>
internal static class AnswerSlotEmitter
{
    private const Register Context = Register.R6, Slots = Register.R7, Answer = Register.R8, Skb = Register.R9;
    private const int Key = -4;

    internal static void EmitFunction(Assembler code, Label entry)
    {
        Label end = code.DefineLabel("answered");
        code.BeginFunction(new Function("send_reject", IsGlobal: true, [new ContextParameter("ctx", "bpf_nf_ctx"), new NumberParameter("answer")]), entry);
        code.Move(Context, Register.R1);
        code.Move(Answer, Register.R2);
        UntrustedContext.Cast(code, Context);
        code.LoadMember(MemorySize.DoubleWord, Skb, Register.R0, "bpf_nf_ctx", "skb");
        RouteOf.Emit(code, Register.R1, Skb);
        code.Jump(JumpCondition.Equal, Register.R1, 0, end);
        code.StoreImmediate(MemorySize.Word, Register.R10, Key, 0);
        code.LoadMap(Register.R1, WellKnownMaps.Answers);
        code.Move(Register.R2, Register.R10);
        code.Alu(AluOperation.Add, Register.R2, Key);
        code.Call(Helper.MapLookupElement);
        code.Jump(JumpCondition.Equal, Register.R0, 0, end);
        code.Move(Slots, Register.R0);
        for (int slot = 0; slot < AnswerSlot.Count; slot++)
        {
            EmitTake(code, slot * AnswerSlot.Size, end);
        }

        RingRecord.EmitCountLost(code, WellKnownMaps.ControlLostRejects);
        code.Mark(end);
        code.Move(Register.R0, 0);
        code.Exit();
    }

    private static void EmitTake(Assembler code, int at, Label end)
    {
        Label taken = code.DefineLabel("slot is taken");
        code.Move(Register.R0, 0);
        code.AtomicCompareExchange(MemorySize.DoubleWord, Slots, at + AnswerSlot.Packet, Skb);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, taken);
        code.Store(MemorySize.DoubleWord, Slots, at + AnswerSlot.Answer, Answer);
        code.Jump(end);
        code.Mark(taken);
    }
}
