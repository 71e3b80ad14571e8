using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// A function (ctx, kind &lt;&lt; 32 | counter) that writes an <see cref="EventRecord"/>, or counts a lost one: send_event, which every
/// program has, for it tells of drops, and send_log, which has all of the packet's first bytes wherever they lie.
/// </summary>
internal static class EventEmitter
{
    private const Register Context = Register.R6, Record = EventFields.Record;
    private const int What = -8, Dynptr = -24;

    internal static void EmitFunction(Assembler code, Label entry, bool readsAll)
    {
        code.BeginFunction(new Function(readsAll ? "send_log" : "send_event", IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new NumberParameter("what")]), entry);
        code.Move(Context, Register.R1);
        code.Store(MemorySize.DoubleWord, Register.R10, What, Register.R2);
        EmitReserve(code);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, What);
        code.Store(MemorySize.DoubleWord, Record, EventRecord.CounterOffset, Register.R1);
        var fields = new EventFields(code, 0);
        fields.EmitOpen(Context);
        fields.Emit();
        EmitData(code, readsAll);
        code.Move(Register.R1, Record);
        code.Move(Register.R2, 0);
        code.Call(Helper.RingbufSubmit);
        code.Move(Register.R0, 0);
        code.Exit();
    }

    private static void EmitReserve(Assembler code)
    {
        Label reserved = code.DefineLabel("reserved");
        code.LoadMap(Register.R1, WellKnownMaps.Events);
        code.Move(Register.R2, EventRecord.Size);
        code.Move(Register.R3, 0);
        code.Call(Helper.RingbufReserve);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, reserved);
        code.LoadMapValue(Register.R1, WellKnownMaps.Control, WellKnownMaps.ControlLostEvents);
        code.Move(Register.R2, 1);
        code.AtomicAdd(MemorySize.DoubleWord, Register.R1, 0, Register.R2);
        code.Move(Register.R0, 0);
        code.Exit();
        code.Mark(reserved);
        code.Move(Record, Register.R0);
    }

    private static void EmitData(Assembler code, bool readsAll)
    {
        var bytes = new PacketBytesEmitter(code, Record, EventFields.Skb, EventRecord.CapturedOffset, EventRecord.Data, EventRecord.MaxCaptured);
        if (readsAll)
        {
            bytes.EmitAll(Context, Dynptr);
        }
        else
        {
            bytes.EmitLinear();
        }
    }
}
