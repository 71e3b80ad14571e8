using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler;

/// <summary>
/// The function send_reject(ctx, answer): writes a <see cref="RejectRecord"/> while somebody reads them, or counts a lost one. A
/// packet without a route is none of the network's but a test run's, and nobody waits for an answer to it.
/// </summary>
internal sealed class RejectEmitter(Assembler code, Family family)
{
    private const Register Context = Register.R6, Record = Register.R7, State = Register.R8, Skb = Register.R9;
    private const int Answer = -8, Dynptr = -24;

    internal void EmitFunction(Label entry)
    {
        Label silent = code.DefineLabel("nobody reads");
        code.BeginFunction(new Function("send_reject", IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new NumberParameter("answer")]), entry);
        code.Move(Context, Register.R1);
        code.Store(MemorySize.DoubleWord, Register.R10, Answer, Register.R2);
        RingRecord.EmitIsRead(code, WellKnownMaps.ControlRejectsReadUntil, State, silent);
        UntrustedContext.Cast(code, Context);
        code.LoadMember(MemorySize.DoubleWord, State, Register.R0, "bpf_nf_ctx", "state");
        code.LoadMember(MemorySize.DoubleWord, Skb, Register.R0, "bpf_nf_ctx", "skb");
        RouteOf.Emit(code, Register.R1, Skb);
        code.Jump(JumpCondition.Equal, Register.R1, 0, silent);
        RingRecord.EmitReserve(code, WellKnownMaps.Rejects, RejectRecord.Size, WellKnownMaps.ControlLostRejects, silent);
        code.Move(Record, Register.R0);
        EmitSurroundings();
        EmitRouteFlags();
        new PacketBytesEmitter(code, Record, Skb, RejectRecord.CapturedOffset, RejectRecord.Data, RejectRecord.MaxCaptured).EmitAll(Context, Dynptr);
        code.Move(Register.R1, Record);
        code.Move(Register.R2, 0);
        code.Call(Helper.RingbufSubmit);
        code.Mark(silent);
        code.Move(Register.R0, 0);
        code.Exit();
    }

    private void EmitSurroundings()
    {
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Answer);
        code.Store(MemorySize.DoubleWord, Record, RejectRecord.AnswerOffset, Register.R1);
        CopyMember(MemorySize.Byte, State, "nf_hook_state", "hook", RejectRecord.HookOffset);
        CopyMember(MemorySize.Byte, State, "nf_hook_state", "pf", RejectRecord.FamilyOffset);
        CopyBits("pkt_type", RejectRecord.LinkTypeOffset);
        CopyBits("ip_summed", RejectRecord.SummedOffset);
        CopyBits("csum_valid", RejectRecord.SumIsValid);
        EmitInterface("in", RejectRecord.InIndex);
        EmitInterface("out", RejectRecord.OutIndex);
        CopyMember(MemorySize.Word, Skb, "sk_buff", "len", RejectRecord.LengthOffset);
        CopyMember(MemorySize.Word, Skb, "sk_buff", "mark", RejectRecord.MarkOffset);
    }

    private void CopyMember(MemorySize size, Register from, string type, string member, int to)
    {
        code.LoadMember(size, Register.R1, from, type, member);
        code.Store(size, Record, to, Register.R1);
    }

    private void CopyBits(string member, int to)
    {
        code.LoadBits(Register.R1, Skb, "sk_buff", member);
        code.Store(MemorySize.Byte, Record, to, Register.R1);
    }

    private void EmitInterface(string member, int to)
    {
        Label none = code.DefineLabel("no interface");
        code.Move(Register.R1, 0);
        code.LoadMember(MemorySize.DoubleWord, Register.R2, State, "nf_hook_state", member);
        code.Jump(JumpCondition.Equal, Register.R2, 0, none);
        code.LoadMember(MemorySize.Word, Register.R1, Register.R2, "net_device", "ifindex");
        code.Mark(none);
        code.Store(MemorySize.Word, Record, to, Register.R1);
    }

    /// <summary>IPv6's routes have flags of another kind, which no answer depends on.</summary>
    private void EmitRouteFlags()
    {
        code.Move(Register.R0, 0);
        if (family == Family.IPv4)
        {
            RouteOf.Emit(code, Register.R1, Skb);
            code.LoadKernelType(Register.R2, "rtable");
            code.CallKernel("bpf_rdonly_cast");
            code.LoadMember(MemorySize.Word, Register.R0, Register.R0, "rtable", "rt_flags");
        }

        code.Store(MemorySize.Word, Record, RejectRecord.RouteFlagsOffset, Register.R0);
    }
}
