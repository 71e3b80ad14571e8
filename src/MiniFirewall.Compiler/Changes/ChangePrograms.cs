using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Changes;

/// <summary>
/// The programs by which the chains that change packets ask what a packet's slot says (<see cref="ChangeSlot"/>): of type SOCKET_FILTER, as xt_bpf
/// runs them (net/netfilter/xt_bpf.c); their result is 1 for yes and 0 for no. They look into kernel memory: kernel 6.2, CAP_PERFMON.
/// </summary>
public static class ChangePrograms
{
    private const Register Slot = SlotSearch.Slot, Result = Register.R0;

    /// <summary>Bytes of a mark, and bits of such a byte.</summary>
    public const int MarkBytes = 4, BitsOfByte = 8;

    /// <summary>Whether the packet has no slot: nothing of it is to change.</summary>
    public static ProgramSpec HasNone() => SlotSearch.Program("minifw_nochange", whereNone: 1, code => code.Move(Result, 0), SlotMap.Changes);

    /// <summary>Whether the packet is to have another mark, 0 as well.</summary>
    public static ProgramSpec WantsMark() => Question("minifw_wantmark", (code, no) => EmitRequire(code, ChangeSlot.WantsMark, no));

    /// <summary>Whether there is a new mark in which a byte is not zero.</summary>
    /// <param name="index">0 for the bits from 0 to 7, and so on.</param>
    public static ProgramSpec MarkByte(int index) => Question($"minifw_byte_{index}", (code, no) =>
    {
        EmitRequire(code, ChangeSlot.WantsMark, no);
        EmitMark(code);
        code.Alu(AluOperation.ShiftRight, Result, index * BitsOfByte);
        code.Alu(AluOperation.And, Result, (1 << BitsOfByte) - 1);
        code.Jump(JumpCondition.Equal, Result, 0, no);
    });

    /// <summary>Whether a bit of the slot's mark is set; asked only of packets that are to have a new one.</summary>
    public static ProgramSpec MarkBit(int bit) => Question($"minifw_mark_{bit}", (code, no) =>
    {
        EmitMark(code);
        code.Alu(AluOperation.ShiftRight, Result, bit);
        code.Alu(AluOperation.And, Result, 1);
        code.Jump(JumpCondition.Equal, Result, 0, no);
    });

    /// <summary>Whether the packet is to have this priority (skb->priority).</summary>
    public static ProgramSpec PriorityIs(uint priority) => Question("minifw_priority", (code, no) =>
    {
        EmitRequire(code, ChangeSlot.WantsPriority, no);
        code.Load(MemorySize.Word, Result, Slot, ChangeSlot.Priority);
        code.Jump(JumpCondition.NotEqual, Result, (int)priority, no, OperandWidth.Bits32);
    });

    /// <summary>
    /// Whether the packet's TCP segment size is to be lowered to this, in bytes, or <see cref="ChangeSlot.PathSize"/>. Yes forgets the wish, and frees the
    /// slot with the last one: the target TCPMSS, which is asked to do it then, drops packets that it cannot read, and no rule after it would
    /// free the slot of one. So this is asked last.
    /// </summary>
    public static ProgramSpec SegmentSizeIs(ushort size) => Question($"minifw_mss_{size:x4}", (code, no) =>
    {
        Label yes = code.DefineLabel("yes");
        int wish = size == ChangeSlot.PathSize ? ChangeSlot.WantsPathSize : ChangeSlot.WantsSegmentSize;
        EmitRequire(code, wish, no);
        if (size != ChangeSlot.PathSize)
        {
            code.Load(MemorySize.Half, Result, Slot, ChangeSlot.SegmentSize);
            code.Jump(JumpCondition.NotEqual, Result, size, no);
        }

        code.Load(MemorySize.Byte, Result, Slot, ChangeSlot.Wanted);
        code.Alu(AluOperation.And, Result, (ChangeSlot.WantsSegmentSize | ChangeSlot.WantsPathSize | ChangeSlot.WantsLater) & ~wish);
        code.Store(MemorySize.Byte, Slot, ChangeSlot.Wanted, Result);
        code.Jump(JumpCondition.NotEqual, Result, 0, yes);
        ChangeSlot.EmitFree(code, Slot, Register.R1);
        code.Mark(yes);
    });

    /// <summary>Frees the packet's slot, unless something is done behind; always no.</summary>
    public static ProgramSpec Release() => SlotSearch.Program("minifw_release", whereNone: 0, code =>
    {
        Label kept = code.DefineLabel("kept");
        code.Load(MemorySize.Byte, Result, Slot, ChangeSlot.Wanted);
        code.Alu(AluOperation.And, Result, ChangeSlot.WantsLater);
        code.Jump(JumpCondition.NotEqual, Result, 0, kept);
        ChangeSlot.EmitFree(code, Slot, Register.R1);
        code.Mark(kept);
        code.Move(Result, 0);
    }, SlotMap.Changes);

    /// <summary>
    /// Whether the packet is to be handed to a target. Yes forgets it, and where the target decides, frees the slot: it may keep the packet, or lead it past what
    /// stands behind. Such a one is not asked of a packet that is dropped.
    /// </summary>
    public static ProgramSpec IsFor(HandedToTarget target) => Question($"minifw_{target.Target[..Math.Min(8, target.Target.Length)].ToLowerInvariant()}", (code, no) =>
    {
        Label found = code.DefineLabel("found");
        if (target.Decides)
        {
            code.Load(MemorySize.Byte, Result, Slot, ChangeSlot.Wanted);
            code.Alu(AluOperation.And, Result, ChangeSlot.WantsDrop);
            code.Jump(JumpCondition.NotEqual, Result, 0, no);
        }

        for (int i = 0; i < ChangeSlot.MostTargets; i++)
        {
            Label next = code.DefineLabel("next target");
            code.Load(MemorySize.Word, Result, Slot, ChangeSlot.TargetAt(i));
            code.Jump(JumpCondition.NotEqual, Result, (int)target.Number, next, OperandWidth.Bits32);
            code.StoreImmediate(MemorySize.Word, Slot, ChangeSlot.TargetAt(i), 0);
            code.Jump(found);
            code.Mark(next);
        }

        code.Jump(no);
        code.Mark(found);
        if (target.Decides)
        {
            ChangeSlot.EmitFree(code, Slot, Register.R1);
        }
    });

    /// <summary>A program that says no where there is no slot, or where the condition goes to the label.</summary>
    private static ProgramSpec Question(string name, Action<Assembler, Label> condition) => SlotSearch.Program(name, whereNone: 0, code =>
    {
        Label no = code.DefineLabel("no"), end = code.DefineLabel("answered");
        condition(code, no);
        code.Move(Result, 1);
        code.Jump(end);
        code.Mark(no);
        code.Move(Result, 0);
        code.Mark(end);
    }, SlotMap.Changes);

    private static void EmitRequire(Assembler code, int wanted, Label no)
    {
        code.Load(MemorySize.Byte, Result, Slot, ChangeSlot.Wanted);
        code.Alu(AluOperation.And, Result, wanted);
        code.Jump(JumpCondition.Equal, Result, 0, no);
    }

    private static void EmitMark(Assembler code) => code.Load(MemorySize.Word, Result, Slot, ChangeSlot.Mark);
}
