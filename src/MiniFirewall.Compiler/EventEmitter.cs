using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// A function (ctx, kind &lt;&lt; 32 | counter) that writes an <see cref="EventRecord"/>, or counts a lost one: send_event, which every
/// program has, for it tells of drops, and send_log, which has all of the packet's first bytes wherever they lie, and is told the packet's mark
/// where rules change it.
/// </summary>
internal static class EventEmitter
{
    private const Register Context = Register.R6, Record = EventFields.Record;
    private const int What = -8, Dynptr = -24, Mark = -32;

    internal static void EmitEvent(Assembler code, Label entry) => EmitFunction(code, "send_event", entry, readsAll: false, isToldMark: false);

    internal static void EmitLog(Assembler code, Label entry, bool isToldMark) => EmitFunction(code, "send_log", entry, readsAll: true, isToldMark);

    private static void EmitFunction(Assembler code, string name, Label entry, bool readsAll, bool isToldMark)
    {
        Parameter[] parameters = [new ContextParameter("ctx", "bpf_nf_ctx"), new NumberParameter("what")];
        code.BeginFunction(new Function(name, IsGlobal: true, isToldMark ? [.. parameters, new NumberParameter("mark")] : [.. parameters]), entry);
        code.Move(Context, Register.R1);
        if (isToldMark)
        {
            code.Store(MemorySize.DoubleWord, Register.R10, Mark, Register.R3);
        }

        code.Store(MemorySize.DoubleWord, Register.R10, What, Register.R2);
        Label full = code.DefineLabel("ring full");
        RingRecord.EmitReserve(code, WellKnownMaps.Events, EventRecord.Size, WellKnownMaps.ControlLostEvents, full);
        code.Move(Record, Register.R0);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, What);
        code.Store(MemorySize.DoubleWord, Record, EventRecord.CounterOffset, Register.R1);
        var fields = new EventFields(code, 0);
        fields.EmitOpen(Context);
        fields.Emit();
        if (isToldMark)
        {
            code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Mark);
            code.Store(MemorySize.Word, Record, EventRecord.MarkOffset, Register.R1);
        }

        EmitData(code, readsAll);
        code.Move(Register.R1, Record);
        code.Move(Register.R2, 0);
        code.Call(Helper.RingbufSubmit);
        code.Mark(full);
        code.Move(Register.R0, 0);
        code.Exit();
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
