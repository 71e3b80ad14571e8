using MiniFirewall.Asm;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Findings;

/// <summary>
/// The programs by which chains in front of the rules note what the kernel's matches find of a packet (<see cref="FindingSlot"/>): of type SOCKET_FILTER, as xt_bpf runs
/// them. Kernel 6.2, CAP_PERFMON.
/// </summary>
public static class FindingPrograms
{
    private const Register Slot = SlotSearch.Slot, Packet = Register.R6, Result = Register.R0;

    /// <summary>The match is going to be asked, and until it has answered does not hold; always no. It takes a slot for the packet where that has none.</summary>
    /// <param name="hertz">The kernel's ticks a second.</param>
    public static ProgramSpec Begin(KernelMatchHolds match, int hertz)
    {
        var code = new Assembler();
        Label own = code.DefineLabel("slot is the packet's"), taken = code.DefineLabel("slot is taken"), noted = code.DefineLabel("noted");
        code.BeginFunction(new Function("main", IsGlobal: true, [new ContextParameter("ctx", "__sk_buff")]), code.DefineLabel("main"));
        code.CallKernel("bpf_cast_to_kern_ctx");
        code.Move(Packet, Result);
        ChangeSlot.EmitFirst(code, Slot, Register.R1, Packet, WellKnownMaps.Findings);
        new SlotWays(code, Slot, Packet).Take(hertz, own, taken);
        code.Move(Result, 0);
        code.Exit();
        code.Mark(taken);
        code.Store(MemorySize.DoubleWord, Slot, ChangeSlot.Since, SlotWays.Now);
        for (int i = 0; i < FindingSlot.MostMatches; i++)
        {
            code.StoreImmediate(MemorySize.Word, Slot, FindingSlot.MatchAt(i), 0);
        }

        code.Mark(own);
        code.Call(Helper.Jiffies64);
        code.Store(MemorySize.DoubleWord, Slot, ChangeSlot.Since, Result);
        FindingSlot.EmitEach(code, Slot, i =>
        {
            Label here = code.DefineLabel("here"), next = code.DefineLabel("next match");
            code.Jump(JumpCondition.Equal, Register.R1, 0, here);
            code.Alu(AluOperation.And, Register.R1, ~1, OperandWidth.Bits32);
            code.Jump(JumpCondition.NotEqual, Register.R1, (int)match.Number, next, OperandWidth.Bits32);
            code.Mark(here);
            code.StoreImmediate(MemorySize.Word, Slot, FindingSlot.MatchAt(i), (int)match.Number);
            code.Jump(noted);
            code.Mark(next);
        });
        code.Mark(noted);
        code.Move(Result, 0);
        code.Exit();
        return new ProgramSpec("minifw_asking", ProgramType.SocketFilter, 0, code.Finish(), []);
    }

    /// <summary>The match holds; always no.</summary>
    public static ProgramSpec Holds(KernelMatchHolds match) => SlotSearch.Program(
        "minifw_holds",
        whereNone: 0,
        code =>
        {
            Label noted = code.DefineLabel("noted");
            FindingSlot.EmitEach(code, Slot, i =>
            {
                Label next = code.DefineLabel("next match");
                code.Jump(JumpCondition.NotEqual, Register.R1, (int)match.Number, next, OperandWidth.Bits32);
                code.StoreImmediate(MemorySize.Word, Slot, FindingSlot.MatchAt(i), (int)(match.Number | 1));
                code.Jump(noted);
                code.Mark(next);
            });
            code.Mark(noted);
            code.Move(Result, 0);
        },
        WellKnownMaps.Findings);
}
