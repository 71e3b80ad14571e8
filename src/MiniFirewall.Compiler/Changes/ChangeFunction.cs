using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Changes;

/// <summary>
/// The function change_packet(ctx, what, value) of a program for a netfilter link, or for the module on kernels that have them: notes in the packet's
/// slot (<see cref="ChangeSlot"/>) that it is to be changed, where it is not so already. R0 = 0; 1 where all slots that may be the packet's are
/// others', or it is handed to too many targets. With nothing for what it frees the slot, since what is noted for the packet's address is for another
/// packet, or for one that does not pass; with a drop, unless targets have to be carried out on the packet first: then R0 = 1, and the guard behind them drops
/// it (<see cref="ChangeGuard"/>). A slot is taken by one instruction, for programs are interrupted by others. What takes slots runs right behind on the same hook; one
/// that has not been taken for a second is of a packet that somebody between dropped. A packet without a route is none of the network's but a
/// test run's.
/// </summary>
/// <param name="hertz">The kernel's ticks a second.</param>
internal sealed class ChangeFunction(Assembler code, int hertz)
{
    private const Register Slot = Register.R6, What = Register.R7, Value = Register.R8, Skb = Register.R9, Packet = SlotWays.Packet, Now = SlotWays.Now;

    private readonly SlotWays _ways = new(code, Slot, Skb, SlotMap.Changes);

    private readonly Label _own = code.DefineLabel("slot is the packet's"), _taken = code.DefineLabel("slot is taken"), _done = code.DefineLabel("noted"),
        _refused = code.DefineLabel("refused");

    internal void Emit(Label entry)
    {
        Label free = code.DefineLabel("free the slot"), drop = code.DefineLabel("drop"), changes = code.DefineLabel("changes something");
        code.BeginFunction(
            new Function("change_packet", IsGlobal: true, [new ContextParameter("ctx", "bpf_nf_ctx"), new NumberParameter("what"), new NumberParameter("value")]), entry);
        code.Move(What, Register.R2);
        code.Move(Value, Register.R3);
        code.Move(Slot, Register.R1);
        UntrustedContext.Cast(code, Slot);
        code.LoadMember(MemorySize.DoubleWord, Skb, Register.R0, "bpf_nf_ctx", "skb");
        ChangeSlot.EmitFirst(code, Slot, Register.R1, Skb, SlotMap.Changes);
        code.Jump(JumpCondition.Equal, What, ChangeSlot.WantsNothing, free);
        code.Jump(JumpCondition.Equal, What, ChangeSlot.WantsDrop, drop);
        code.Jump(JumpCondition.NotEqual, What, ChangeSlot.WantsMark, changes);
        code.LoadMember(MemorySize.Word, Register.R1, Skb, "sk_buff", "mark");
        code.Jump(JumpCondition.Equal, Register.R1, Value, _done);
        code.Mark(changes);
        EmitTake();
        code.Mark(_refused);
        code.Move(Register.R0, 1);
        code.Exit();
        EmitNote();
        code.Mark(drop);
        EmitDrop();
        code.Mark(free);
        EmitFree();
        code.Mark(_done);
        code.Move(Register.R0, 0);
        code.Exit();
    }

    /// <summary>To the slot that is the packet's; falls through where there is none.</summary>
    private void EmitTake()
    {
        RouteOf.Emit(code, Register.R1, Skb);
        code.Jump(JumpCondition.Equal, Register.R1, 0, _done);
        _ways.Take(hertz, _own, _taken);
    }

    private void EmitNote()
    {
        Label priority = code.DefineLabel("priority"), size = code.DefineLabel("segment size"), target = code.DefineLabel("target"), wanted = code.DefineLabel("wanted");
        code.Mark(_taken);
        code.Store(MemorySize.DoubleWord, Slot, ChangeSlot.Since, Now);
        code.StoreImmediate(MemorySize.Byte, Slot, ChangeSlot.Wanted, 0);
        for (int i = 0; i < ChangeSlot.MostTargets; i++)
        {
            code.StoreImmediate(MemorySize.Word, Slot, ChangeSlot.TargetAt(i), 0);
        }

        code.Mark(_own);
        code.Load(MemorySize.Byte, Register.R1, Slot, ChangeSlot.Wanted);
        code.Jump(JumpCondition.Equal, What, ChangeSlot.WantsPriority, priority);
        code.Jump(JumpCondition.Equal, What, ChangeSlot.WantsSegmentSize, size);
        code.Jump(JumpCondition.Equal, What, ChangeSlot.WantsTarget, target);
        code.Jump(JumpCondition.Equal, What, ChangeSlot.WantsDecision, target);
        code.Jump(JumpCondition.NotEqual, What, ChangeSlot.WantsMark, wanted);
        code.Store(MemorySize.Word, Slot, ChangeSlot.Mark, Value);
        code.Jump(wanted);
        code.Mark(priority);
        code.Store(MemorySize.Word, Slot, ChangeSlot.Priority, Value);
        code.Jump(wanted);
        code.Mark(target);
        EmitTarget(wanted);
        code.Mark(size);
        EmitSize(wanted);
        code.Mark(wanted);
        code.Alu(AluOperation.Or, Register.R1, What);
        code.Store(MemorySize.Byte, Slot, ChangeSlot.Wanted, Register.R1);
        code.Jump(_done);
    }

    /// <summary>The same target twice is done once.</summary>
    private void EmitTarget(Label wanted)
    {
        for (int i = 0; i < ChangeSlot.MostTargets; i++)
        {
            Label next = code.DefineLabel("next target"), store = code.DefineLabel("free target");
            code.Load(MemorySize.Word, Register.R2, Slot, ChangeSlot.TargetAt(i));
            code.Jump(JumpCondition.Equal, Register.R2, Value, wanted);
            code.Jump(JumpCondition.Equal, Register.R2, 0, store);
            code.Jump(next);
            code.Mark(store);
            code.Store(MemorySize.Word, Slot, ChangeSlot.TargetAt(i), Value);
            code.Jump(wanted);
            code.Mark(next);
        }

        code.Jump(_refused);
    }

    /// <summary>Of several sizes the lowest counts, as a size is only ever lowered.</summary>
    private void EmitSize(Label wanted)
    {
        Label first = code.DefineLabel("first size");
        code.Move(Register.R2, Register.R1);
        code.Alu(AluOperation.And, Register.R2, ChangeSlot.WantsSegmentSize);
        code.Jump(JumpCondition.Equal, Register.R2, 0, first);
        code.Load(MemorySize.Half, Register.R2, Slot, ChangeSlot.SegmentSize);
        code.Jump(JumpCondition.LessOrEqual, Register.R2, Value, wanted);
        code.Mark(first);
        code.Store(MemorySize.Half, Slot, ChangeSlot.SegmentSize, Value);
    }

    /// <summary>Leaves where targets are to be carried out on the packet; falls through where none are.</summary>
    private void EmitDrop() => _ways.Each(next =>
    {
        code.Jump(JumpCondition.NotEqual, Packet, Skb, next);
        code.Load(MemorySize.Byte, Register.R1, Slot, ChangeSlot.Wanted);
        code.Move(Register.R2, Register.R1);
        code.Alu(AluOperation.And, Register.R2, ChangeSlot.WantsTarget);
        code.Jump(JumpCondition.Equal, Register.R2, 0, next);
        code.Alu(AluOperation.Or, Register.R1, ChangeSlot.WantsDrop);
        code.Store(MemorySize.Byte, Slot, ChangeSlot.Wanted, Register.R1);
        code.Move(Register.R0, 1);
        code.Exit();
    });

    private void EmitFree() => _ways.Each(next =>
    {
        code.Jump(JumpCondition.NotEqual, Packet, Skb, next);
        ChangeSlot.EmitFree(code, Slot, Register.R1);
    });
}
