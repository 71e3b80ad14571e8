using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// The function send_event(ctx, kind &lt;&lt; 32 | counter): writes an <see cref="EventRecord"/>, or counts a lost one.
/// It looks at the packet through an inlined cast of the context: each pointer that the verifier has to trust makes it
/// search the kernel's types by name, half a millisecond each, and every program has this function.
/// </summary>
internal static class EventEmitter
{
    private const Register Context = Register.R6, Record = Register.R7, State = Register.R8, Skb = Register.R9;
    private const int What = -8;

    internal static void EmitFunction(Assembler code, Label entry)
    {
        code.BeginFunction(new Function("send_event", IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new NumberParameter("what")]), entry);
        code.Move(Context, Register.R1);
        code.Store(MemorySize.DoubleWord, Register.R10, What, Register.R2);
        EmitReserve(code);
        EmitWhat(code);
        UntrustedContext.Cast(code, Context);
        code.LoadMember(MemorySize.DoubleWord, State, Register.R0, "bpf_nf_ctx", "state");
        code.LoadMember(MemorySize.DoubleWord, Skb, Register.R0, "bpf_nf_ctx", "skb");
        CopyMember(code, MemorySize.Byte, State, "nf_hook_state", "hook", EventRecord.HookOffset);
        CopyMember(code, MemorySize.Byte, State, "nf_hook_state", "pf", EventRecord.FamilyOffset);
        EmitInterface(code, "in", EventRecord.InIndex, EventRecord.InName);
        EmitInterface(code, "out", EventRecord.OutIndex, EventRecord.OutName);
        CopyMember(code, MemorySize.Word, Skb, "sk_buff", "len", EventRecord.LengthOffset);
        CopyMember(code, MemorySize.Word, Skb, "sk_buff", "mark", EventRecord.MarkOffset);
        EmitUid(code);
        EmitData(code);
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

    private static void EmitWhat(Assembler code)
    {
        code.Call(Helper.KtimeGetNs);
        code.Store(MemorySize.DoubleWord, Record, EventRecord.Time, Register.R0);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, What);
        code.Store(MemorySize.DoubleWord, Record, EventRecord.CounterOffset, Register.R1);
    }

    private static void CopyMember(Assembler code, MemorySize size, Register from, string type, string member, int to)
    {
        code.LoadMember(size, Register.R1, from, type, member);
        code.Store(size, Record, to, Register.R1);
    }

    private static void EmitInterface(Assembler code, string member, int index, int name)
    {
        Label none = code.DefineLabel("no interface"), done = code.DefineLabel("interface done");
        code.LoadMember(MemorySize.DoubleWord, Register.R2, State, "nf_hook_state", member);
        code.Jump(JumpCondition.Equal, Register.R2, 0, none);
        code.LoadMember(MemorySize.Word, Register.R1, Register.R2, "net_device", "ifindex");
        code.Store(MemorySize.Word, Record, index, Register.R1);
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Register.R2, "net_device", "name", 0);
        code.Store(MemorySize.DoubleWord, Record, name, Register.R1);
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Register.R2, "net_device", "name", 8);
        code.Store(MemorySize.DoubleWord, Record, name + 8, Register.R1);
        code.Jump(done);
        code.Mark(none);
        code.StoreImmediate(MemorySize.Word, Record, index, 0);
        code.StoreImmediate(MemorySize.DoubleWord, Record, name, 0);
        code.StoreImmediate(MemorySize.DoubleWord, Record, name + 8, 0);
        code.Mark(done);
    }

    /// <summary>The uid of a full socket; time-wait and request sockets have none (include/net/sock.h, sk_fullsock).</summary>
    private static void EmitUid(Assembler code)
    {
        const int TcpTimeWait = 6, TcpNewSynRecv = 12;
        Label none = code.DefineLabel("no uid"), done = code.DefineLabel("uid done");
        code.LoadMember(MemorySize.DoubleWord, Register.R2, Skb, "sk_buff", "sk");
        code.Jump(JumpCondition.Equal, Register.R2, 0, none);
        code.LoadMember(MemorySize.Byte, Register.R1, Register.R2, "sock_common", "skc_state");
        code.Jump(JumpCondition.Equal, Register.R1, TcpTimeWait, none);
        code.Jump(JumpCondition.Equal, Register.R1, TcpNewSynRecv, none);
        code.LoadMember(MemorySize.Word, Register.R1, Register.R2, "sock", "sk_uid", 0);
        code.Store(MemorySize.Word, Record, EventRecord.UidOffset, Register.R1);
        code.StoreImmediate(MemorySize.Word, Record, EventRecord.HasUid, 1);
        code.Jump(done);
        code.Mark(none);
        code.StoreImmediate(MemorySize.Word, Record, EventRecord.UidOffset, 0);
        code.StoreImmediate(MemorySize.Word, Record, EventRecord.HasUid, 0);
        code.Mark(done);
    }

    /// <summary>The packet's first bytes, of its linear part: all headers, but for a rare sender's.</summary>
    private static void EmitData(Assembler code)
    {
        Label bounded = code.DefineLabel("bounded"), read = code.DefineLabel("read");
        code.LoadMember(MemorySize.Word, Register.R2, Skb, "sk_buff", "len");
        code.LoadMember(MemorySize.Word, Register.R1, Skb, "sk_buff", "data_len");
        code.Alu(AluOperation.Subtract, Register.R2, Register.R1, OperandWidth.Bits32);
        code.Jump(JumpCondition.LessOrEqual, Register.R2, EventRecord.MaxCaptured, bounded);
        code.Move(Register.R2, EventRecord.MaxCaptured);
        code.Mark(bounded);
        code.Store(MemorySize.Word, Record, EventRecord.CapturedOffset, Register.R2);
        code.Move(Register.R1, Record);
        code.Alu(AluOperation.Add, Register.R1, EventRecord.Data);
        code.LoadMember(MemorySize.DoubleWord, Register.R3, Skb, "sk_buff", "data");
        code.Call(Helper.ProbeReadKernel);
        code.Jump(JumpCondition.Equal, Register.R0, 0, read);
        code.StoreImmediate(MemorySize.Word, Record, EventRecord.CapturedOffset, 0);
        code.Mark(read);
    }
}
