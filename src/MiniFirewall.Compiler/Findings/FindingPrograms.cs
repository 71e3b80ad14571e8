using MiniFirewall.Asm;
using MiniFirewall.Compiler.Changes;

namespace MiniFirewall.Compiler.Findings;

/// <summary>
/// The programs by which chains in front of the rules note what the kernel's matches and targets find of a packet (<see cref="FindingSlot"/>): of type SOCKET_FILTER, as xt_bpf
/// runs them. Kernel 6.2, CAP_PERFMON.
/// </summary>
public static class FindingPrograms
{
    private const Register Slot = SlotSearch.Slot, Packet = Register.R6, Result = Register.R0;

    /// <summary>Something is going to be asked, and until it has answered is not found; always no. It takes a slot for the packet where that has none.</summary>
    /// <param name="number">By which slots know it.</param>
    /// <param name="hertz">The kernel's ticks a second.</param>
    public static ProgramSpec Begin(uint number, int hertz)
    {
        var code = new Assembler();
        Label own = code.DefineLabel("slot is the packet's"), taken = code.DefineLabel("slot is taken"), noted = code.DefineLabel("noted");
        code.BeginFunction(new Function("main", IsGlobal: true, [new ContextParameter("ctx", "__sk_buff")]), code.DefineLabel("main"));
        code.CallKernel("bpf_cast_to_kern_ctx");
        code.Move(Packet, Result);
        ChangeSlot.EmitFirst(code, Slot, Register.R1, Packet, SlotMap.Findings);
        new SlotWays(code, Slot, Packet, SlotMap.Findings).Take(hertz, own, taken);
        code.Move(Result, 0);
        code.Exit();
        code.Mark(taken);
        code.Store(MemorySize.DoubleWord, Slot, ChangeSlot.Since, SlotWays.Now);
        for (int i = 0; i < FindingSlot.MostAsked; i++)
        {
            code.StoreImmediate(MemorySize.Word, Slot, FindingSlot.AskedAt(i), 0);
        }

        code.Mark(own);
        code.Call(Helper.Jiffies64);
        code.Store(MemorySize.DoubleWord, Slot, ChangeSlot.Since, Result);
        FindingSlot.EmitEach(code, Slot, i =>
        {
            Label here = code.DefineLabel("here"), next = code.DefineLabel("next number");
            code.Jump(JumpCondition.Equal, Register.R1, 0, here);
            code.Alu(AluOperation.And, Register.R1, ~1, OperandWidth.Bits32);
            code.Jump(JumpCondition.NotEqual, Register.R1, (int)number, next, OperandWidth.Bits32);
            code.Mark(here);
            code.StoreImmediate(MemorySize.Word, Slot, FindingSlot.AskedAt(i), (int)number);
            code.Jump(noted);
            code.Mark(next);
        });
        code.Mark(noted);
        code.Move(Result, 0);
        code.Exit();
        return new ProgramSpec("minifw_asking", ProgramType.SocketFilter, 0, code.Finish(), []);
    }

    /// <summary>The match of this number holds; always no.</summary>
    public static ProgramSpec Holds(uint number) => Note("minifw_holds", number, answer: 0, (code, i) => EmitFound(code, i, number));

    /// <summary>The target of this number may have given the packet its mark, or left it as it was; always yes.</summary>
    public static ProgramSpec NoteMark(uint number) => Note("minifw_mark_is", number, answer: 1, (code, i) =>
    {
        EmitMark(code);
        code.Store(MemorySize.Word, Slot, FindingSlot.MarkAt(i), Register.R2);
    });

    /// <summary>It has been asked again, about the packet with another mark: where both have come to the same, it has computed that. Always yes.</summary>
    public static ProgramSpec CompareMark(uint number) => Note("minifw_mark_was", number, answer: 1, (code, i) =>
    {
        Label other = code.DefineLabel("another mark");
        EmitMark(code);
        code.Load(MemorySize.Word, Register.R1, Slot, FindingSlot.MarkAt(i));
        code.Jump(JumpCondition.NotEqual, Register.R1, Register.R2, other, OperandWidth.Bits32);
        EmitFound(code, i, number);
        code.Mark(other);
    });

    /// <summary>A program that writes to the packet's slot, where the number stands in it.</summary>
    private static ProgramSpec Note(string name, uint number, int answer, Action<Assembler, int> emitHere) => SlotSearch.Program(
        name,
        whereNone: answer,
        code =>
        {
            FindingSlot.EmitWhere(code, Slot, number, i => emitHere(code, i));
            code.Move(Result, answer);
        },
        SlotMap.Findings);

    private static void EmitFound(Assembler code, int index, uint number) =>
        code.StoreImmediate(MemorySize.Word, Slot, FindingSlot.AskedAt(index), (int)(number | 1));

    private static void EmitMark(Assembler code) => code.LoadMember(MemorySize.Word, Register.R2, Packet, "sk_buff", "mark");
}
