using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler;

/// <summary>
/// Fills an <see cref="EventRecord"/>, all but the packet's bytes and what the event is about: where the packet comes from and goes
/// to, and whose it is. It looks at the packet through pointers that the verifier need not trust: each one that it has to trust makes
/// it search the kernel's types by name, half a millisecond each.
/// </summary>
/// <param name="at">Where in the ring buffer's record the event begins.</param>
internal sealed class EventFields(Assembler code, int at)
{
    /// <summary>As long as fields are filled.</summary>
    internal const Register Record = Register.R7, State = Register.R8, Skb = Register.R9;

    // include/linux/net.h
    private const int DatagramSocket = 2, RawSocket = 3;

    // include/net/tcp_states.h
    private const int TimeWait = 6, NewSynReceived = 12;

    private const Register Socket = Register.R2;

    /// <summary>State and Skb from the context. Loses R0 to R5.</summary>
    internal void EmitOpen(Register context)
    {
        UntrustedContext.Cast(code, context);
        code.LoadMember(MemorySize.DoubleWord, State, Register.R0, "bpf_nf_ctx", "state");
        code.LoadMember(MemorySize.DoubleWord, Skb, Register.R0, "bpf_nf_ctx", "skb");
    }

    /// <summary>Loses R0 to R5.</summary>
    internal void Emit()
    {
        code.Call(Helper.KtimeGetNs);
        code.Store(MemorySize.DoubleWord, Record, at + EventRecord.Time, Register.R0);
        CopyMember(MemorySize.Byte, State, "nf_hook_state", "hook", EventRecord.HookOffset);
        CopyMember(MemorySize.Byte, State, "nf_hook_state", "pf", EventRecord.FamilyOffset);
        EmitInterface("in", EventRecord.InIndex, EventRecord.InName);
        EmitInterface("out", EventRecord.OutIndex, EventRecord.OutName);
        CopyMember(MemorySize.Word, Skb, "sk_buff", "len", EventRecord.LengthOffset);
        CopyMember(MemorySize.Word, Skb, "sk_buff", "mark", EventRecord.MarkOffset);
        CopyMember(MemorySize.Half, Skb, "sk_buff", "protocol", EventRecord.ProtocolOffset);
        code.StoreImmediate(MemorySize.Word, Record, at + EventRecord.KnownOffset, 0);
        EmitLink();
        EmitSocket();
    }

    private void CopyMember(MemorySize size, Register from, string type, string member, int to)
    {
        code.LoadMember(size, Register.R1, from, type, member);
        code.Store(size, Record, at + to, Register.R1);
    }

    private void EmitKnown(int bit)
    {
        code.Load(MemorySize.Word, Register.R1, Record, at + EventRecord.KnownOffset);
        code.Alu(AluOperation.Or, Register.R1, bit);
        code.Store(MemorySize.Word, Record, at + EventRecord.KnownOffset, Register.R1);
    }

    private void EmitInterface(string member, int index, int name)
    {
        Label none = code.DefineLabel("no interface"), done = code.DefineLabel("interface done");
        code.LoadMember(MemorySize.DoubleWord, Register.R2, State, "nf_hook_state", member);
        code.Jump(JumpCondition.Equal, Register.R2, 0, none);
        CopyMember(MemorySize.Word, Register.R2, "net_device", "ifindex", index);
        CopyName(Register.R2, "net_device", "name", name);
        code.Jump(done);
        code.Mark(none);
        code.StoreImmediate(MemorySize.Word, Record, at + index, 0);
        code.StoreImmediate(MemorySize.DoubleWord, Record, at + name, 0);
        code.StoreImmediate(MemorySize.DoubleWord, Record, at + name + 8, 0);
        code.Mark(done);
    }

    /// <summary>A name of 16 bytes.</summary>
    private void CopyName(Register from, string type, string member, int to)
    {
        for (int part = 0; part < 16; part += 8)
        {
            code.LoadMember(MemorySize.DoubleWord, Register.R1, from, type, member, part);
            code.Store(MemorySize.DoubleWord, Record, at + to + part, Register.R1);
        }
    }

    /// <summary>The link header, of a packet that has come in: where it begins is noted from the start of the packet's memory.</summary>
    private void EmitLink()
    {
        Label none = code.DefineLabel("no link"), noted = code.DefineLabel("noted"), done = code.DefineLabel("link done");
        code.LoadMember(MemorySize.DoubleWord, Register.R2, State, "nf_hook_state", "in");
        code.Jump(JumpCondition.Equal, Register.R2, 0, none);
        CopyMember(MemorySize.Half, Register.R2, "net_device", "type", EventRecord.DeviceTypeOffset);
        CopyMember(MemorySize.Half, Register.R2, "net_device", "hard_header_len", EventRecord.DeviceHeaderOffset);
        CopyMember(MemorySize.Half, Skb, "sk_buff", "vlan_proto", EventRecord.VlanProtocolOffset);
        CopyMember(MemorySize.Half, Skb, "sk_buff", "vlan_tci", EventRecord.VlanTagOffset);
        EmitKnown(EventRecord.HasLink);
        code.LoadMember(MemorySize.Half, Register.R3, Skb, "sk_buff", "mac_header");
        code.Move(Register.R1, EventLink.NotNoted);
        code.Jump(JumpCondition.NotEqual, Register.R3, EventLink.NotNoted, noted);
        code.Store(MemorySize.Half, Record, at + EventRecord.LinkLengthOffset, Register.R1);
        code.Jump(none);
        code.Mark(noted);
        code.LoadMember(MemorySize.Half, Register.R1, Skb, "sk_buff", "network_header");
        code.Alu(AluOperation.Subtract, Register.R1, Register.R3);
        code.Store(MemorySize.Half, Record, at + EventRecord.LinkLengthOffset, Register.R1);
        EmitLinkBytes();
        code.Jump(JumpCondition.Equal, Register.R0, 0, done);
        code.Mark(none);
        for (int part = 0; part < EventRecord.MostLinkBytes; part += 8)
        {
            code.StoreImmediate(MemorySize.DoubleWord, Record, at + EventRecord.LinkOffset + part, 0);
        }

        code.Mark(done);
    }

    /// <summary>R3 is the link header's place.</summary>
    private void EmitLinkBytes()
    {
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Skb, "sk_buff", "head");
        code.Alu(AluOperation.Add, Register.R3, Register.R1);
        code.Move(Register.R1, Record);
        code.Alu(AluOperation.Add, Register.R1, at + EventRecord.LinkOffset);
        code.Move(Register.R2, EventRecord.MostLinkBytes);
        code.Call(Helper.ProbeReadKernel);
    }

    /// <summary>Of a full socket; time-wait and request sockets have none of it (include/net/sock.h, sk_fullsock).</summary>
    private void EmitSocket()
    {
        Label none = code.DefineLabel("no socket"), sent = code.DefineLabel("sender done");
        code.StoreImmediate(MemorySize.DoubleWord, Record, at + EventRecord.InodeOffset, 0);
        EmitLoadSocket();
        code.Jump(JumpCondition.Equal, Socket, 0, none);
        code.LoadMember(MemorySize.Byte, Register.R1, Socket, "sock_common", "skc_state");
        code.Jump(JumpCondition.Equal, Register.R1, TimeWait, none);
        code.Jump(JumpCondition.Equal, Register.R1, NewSynReceived, none);
        code.LoadMember(MemorySize.Word, Register.R1, Socket, "sock", "sk_uid", 0);
        code.Store(MemorySize.Word, Record, at + EventRecord.UidOffset, Register.R1);
        EmitKnown(EventRecord.HasUid);
        EmitSender(sent);
        code.Mark(sent);
        EmitFile(none);
        code.Mark(none);
    }

    private void EmitLoadSocket() => code.LoadMember(MemorySize.DoubleWord, Socket, Skb, "sk_buff", "sk");

    /// <summary>
    /// The process that sends is the running one only while it is in its own system call: a datagram's is always, as far as it goes
    /// out by its own socket and not through a tunnel; a stream is sent by timers and by what comes in too, and then its socket is
    /// not locked by a process.
    /// </summary>
    private void EmitSender(Label other)
    {
        Label own = code.DefineLabel("own");
        code.LoadMember(MemorySize.Byte, Register.R1, State, "nf_hook_state", "hook");
        code.Jump(JumpCondition.NotEqual, Register.R1, (int)Hook.LocalOut, other);
        code.LoadMember(MemorySize.DoubleWord, Register.R1, State, "nf_hook_state", "sk");
        code.Jump(JumpCondition.NotEqual, Register.R1, Socket, other);
        code.LoadBits(Register.R1, Socket, "sock", "sk_kern_sock");
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, other);
        code.LoadMember(MemorySize.Half, Register.R1, Socket, "sock", "sk_type");
        code.Jump(JumpCondition.Equal, Register.R1, DatagramSocket, own);
        code.Jump(JumpCondition.Equal, Register.R1, RawSocket, own);
        code.LoadMember(MemorySize.Word, Register.R1, Socket, "sock", "sk_lock.owned");
        code.Jump(JumpCondition.Equal, Register.R1, 0, other);
        code.Mark(own);
        code.Call(Helper.GetCurrentTask);
        code.Move(Register.R1, Register.R0);
        code.LoadKernelType(Register.R2, "task_struct");
        code.CallKernel("bpf_rdonly_cast");
        CopyMember(MemorySize.Word, Register.R0, "task_struct", "tgid", EventRecord.ProcessOffset);
        code.LoadMember(MemorySize.DoubleWord, Register.R3, Register.R0, "task_struct", "group_leader");
        CopyName(Register.R3, "task_struct", "comm", EventRecord.ProcessNameOffset);
        EmitKnown(EventRecord.HasProcess);
    }

    /// <summary>Whose file the socket is, and its inode.</summary>
    private void EmitFile(Label none)
    {
        Label noFile = code.DefineLabel("no file");
        EmitLoadSocket();
        code.LoadMember(MemorySize.DoubleWord, Register.R3, Socket, "sock", "sk_socket");
        code.Jump(JumpCondition.Equal, Register.R3, 0, none);
        code.LoadMember(MemorySize.DoubleWord, Register.R4, Register.R3, "socket", "file");
        code.Jump(JumpCondition.Equal, Register.R4, 0, noFile);
        code.LoadMember(MemorySize.DoubleWord, Register.R4, Register.R4, "file", "f_cred");
        code.LoadMember(MemorySize.Word, Register.R1, Register.R4, "cred", "fsuid", 0);
        code.Store(MemorySize.Word, Record, at + EventRecord.OwnerUserOffset, Register.R1);
        code.LoadMember(MemorySize.Word, Register.R1, Register.R4, "cred", "fsgid", 0);
        code.Store(MemorySize.Word, Record, at + EventRecord.OwnerGroupOffset, Register.R1);
        EmitKnown(EventRecord.HasOwner);
        code.Mark(noFile);
        code.Move(Register.R1, Register.R3);
        code.LoadKernelType(Register.R2, "socket_alloc");
        code.CallKernel("bpf_rdonly_cast");
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Register.R0, "socket_alloc", "vfs_inode.i_ino");
        code.Store(MemorySize.DoubleWord, Record, at + EventRecord.InodeOffset, Register.R1);
    }
}
