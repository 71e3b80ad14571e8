using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Lessons.Programs;
using MiniFirewall.Packets;
using static MiniFirewall.Lessons.Programs.NetfilterCode;

namespace MiniFirewall.Lessons.Twins;

/// <summary>This host may speak to anybody; only answers come in. The memory is a map of the kernel's that forgets the oldest.</summary>
internal static class StateTwin
{
    private const int Icmp = 1, Tcp = 6, Udp = 17, EchoReply = 0, Echo = 8, Loopback = 1;

    /// <summary>The key on the stack: the address here and there, the port here and there, the protocol; then the time.</summary>
    private const int HereAt = -24, ThereAt = -20, HerePortAt = -16, TherePortAt = -14, ProtocolAt = -12, TimeAt = -32;
    private const int KeyLength = 16, FlowsMax = 4096;

    internal static void Run(Arguments arguments)
    {
        int timeout = arguments.Numbers(("timeout", 30))["timeout"];
        using BpfMap flows = BpfMap.Create(new MapSpec("flows", MapType.LruHash, KeyLength, 8, FlowsMax));
        using BpfProgram outward = Program("out", WriteOut).Load(flows);
        using BpfProgram inward = Program("in", code => WriteIn(code, timeout)).Load(flows);
        using BpfLink first = BpfLink.AttachNetfilter(outward, Family.IPv4, Hook.LocalOut, priority: 0);
        using BpfLink second = BpfLink.AttachNetfilter(inward, Family.IPv4, Hook.LocalIn, priority: 0);
        Session.Hold(arguments);
    }

    private static void WriteOut(Assembler code)
    {
        Label pass = code.DefineLabel();
        WriteKey(code, isOut: true, none: pass);
        code.Call(Helper.KtimeGetNs);
        code.Store(MemorySize.DoubleWord, Register.R10, TimeAt, Register.R0);
        code.LoadMap(Register.R1, "flows");
        code.StackAddress(Register.R2, HereAt);
        code.StackAddress(Register.R3, TimeAt);
        code.Move(Register.R4, 0);
        code.Call(Helper.MapUpdateElement);
        code.Mark(pass);
        code.Return(Accept);
    }

    private static void WriteIn(Assembler code, int timeout)
    {
        Label pass = code.DefineLabel(), stop = code.DefineLabel();
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Place, "nf_hook_state", "in");
        code.Jump(JumpCondition.Equal, Register.R1, 0, stop);
        code.LoadMember(MemorySize.Word, Register.R1, Register.R1, "net_device", "ifindex");
        code.Jump(JumpCondition.Equal, Register.R1, Loopback, pass);

        WriteKey(code, isOut: false, none: stop);
        code.LoadMap(Register.R1, "flows");
        code.StackAddress(Register.R2, HereAt);
        code.Call(Helper.MapLookupElement);
        code.Jump(JumpCondition.Equal, Register.R0, 0, stop);
        code.Load(MemorySize.DoubleWord, Register.R6, Register.R0, 0);
        code.Call(Helper.KtimeGetNs);
        code.Alu(AluOperation.Subtract, Register.R0, Register.R6);
        code.LoadConstant(Register.R1, (ulong)timeout * 1_000_000_000);
        code.Jump(JumpCondition.Greater, Register.R0, Register.R1, stop);
        code.Mark(pass);
        code.Return(Accept);
        code.Mark(stop);
        code.Return(Drop);
    }

    /// <summary>Seen from this host, so that a packet and its answer have one key.</summary>
    private static void WriteKey(Assembler code, bool isOut, Label none)
    {
        Label ports = code.DefineLabel(), done = code.DefineLabel();
        const Register Header = Register.R9;
        code.TransportHeader(Header, none);
        CopyIp(code, MemorySize.Word, "saddr", isOut ? HereAt : ThereAt);
        CopyIp(code, MemorySize.Word, "daddr", isOut ? ThereAt : HereAt);
        code.StoreImmediate(MemorySize.Word, Register.R10, ProtocolAt, 0);
        CopyIp(code, MemorySize.Byte, "protocol", ProtocolAt);
        code.Jump(JumpCondition.Equal, Register.R1, Tcp, ports);
        code.Jump(JumpCondition.Equal, Register.R1, Udp, ports);
        code.Jump(JumpCondition.NotEqual, Register.R1, Icmp, none);

        // Of ICMP only echo, where the identifier, in the third half-word, stays the same in the answer.
        code.Load(MemorySize.Byte, Register.R1, Header, 0);
        code.Jump(JumpCondition.NotEqual, Register.R1, isOut ? Echo : EchoReply, none);
        CopyHalf(code, Header, 4, HerePortAt);
        code.StoreImmediate(MemorySize.Half, Register.R10, TherePortAt, 0);
        code.Jump(done);

        code.Mark(ports);
        CopyHalf(code, Header, 0, isOut ? HerePortAt : TherePortAt);
        CopyHalf(code, Header, 2, isOut ? TherePortAt : HerePortAt);
        code.Mark(done);
    }

    private static void CopyIp(Assembler code, MemorySize size, string member, int to)
    {
        code.LoadMember(size, Register.R1, Ip, "iphdr", member);
        code.Store(size, Register.R10, to, Register.R1);
    }

    private static void CopyHalf(Assembler code, Register header, int at, int to)
    {
        code.Load(MemorySize.Half, Register.R2, header, at);
        code.Store(MemorySize.Half, Register.R10, to, Register.R2);
    }
}
