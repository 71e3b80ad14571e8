using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// An ICMP error is related where the packet that it quotes is one of a connection, and was sent by whom the error is for
/// (nf_conntrack_proto_icmp.c, nf_conntrack_inet_error).
/// </summary>
internal sealed class ErrorTracker(TrackCode track, TupleEmitter tuples, PacketReads reads, Family family, Hook hook)
{
    private const int IcmpHeader = 8;

    private const Register Offset = Register.R8;

    /// <param name="emitFind">R9 = the entry of the tuple in the frame, or goes to the label.</param>
    internal void Emit(Label invalid, Action<Label> emitFind)
    {
        Assembler code = track.Code;
        Label ports = code.DefineLabel("quoted ports"), query = code.DefineLabel("quoted query"), find = code.DefineLabel("find quoted");
        reads.EmitOpen();
        code.Load(MemorySize.Word, Offset, TrackCode.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Offset, IcmpHeader);
        code.Move(Register.R4, Offset);
        reads.EmitRead(family == Family.IPv4 ? 20 : 40, 0, invalid);
        EmitNetworkHeader(invalid);
        tuples.EmitEndsOfBuffer();
        EmitSentBySame(invalid);

        Slot protocol = TrackCode.InFrame(TrackCode.Tuple + ConnectionTuple.Protocol, MemorySize.Byte);
        foreach (int withPorts in (ReadOnlySpan<int>)[IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.UdpLite, IpProtocol.Sctp])
        {
            track.If(protocol, JumpCondition.Equal, withPorts, ports);
        }

        track.If(protocol, JumpCondition.Equal, family == Family.IPv4 ? IpProtocol.Icmp : IpProtocol.Icmpv6, query);
        tuples.EmitOrder();
        code.Jump(find);
        code.Mark(ports);
        code.Move(Register.R4, Offset);
        reads.EmitRead(4, 0, invalid);
        tuples.EmitPortsOfBuffer();
        tuples.EmitOrder();
        code.Jump(find);
        code.Mark(query);
        code.Move(Register.R4, Offset);
        reads.EmitRead(8, 0, invalid);
        tuples.EmitQuery(family == Family.IPv4, invalid);
        code.Mark(find);
        if (hook != Hook.LocalOut)
        {
            emitFind(invalid);
            EmitRelated(invalid);
            return;
        }

        Label unknown = code.DefineLabel("quotes an unknown packet");
        emitFind(unknown);
        EmitRelated(invalid);
        code.Mark(unknown);
        EmitOwn(invalid);
    }

    /// <summary>
    /// An error that the kernel sends of its own accord is about a packet that it has just got, if no rule has seen that: its hops were
    /// used up, or there is no way on (nf_ct_attach). One that a process has made is about nothing.
    /// </summary>
    private void EmitOwn(Label invalid)
    {
        const Register Number = Register.R2;
        Assembler code = track.Code;
        Label own = code.DefineLabel("of the kernel");
        UntrustedContext.Cast(code, TrackCode.Context);
        code.LoadMember(MemorySize.DoubleWord, Number, Register.R0, "bpf_nf_ctx", "skb");
        code.LoadMember(MemorySize.DoubleWord, Number, Number, "sk_buff", "sk");
        code.Jump(JumpCondition.Equal, Number, 0, own);
        code.LoadMember(MemorySize.DoubleWord, Number, Number, "sock", "sk_socket");
        code.Jump(JumpCondition.Equal, Number, 0, own);
        code.LoadMember(MemorySize.DoubleWord, Number, Number, "socket", "file");
        code.Jump(JumpCondition.NotEqual, Number, 0, invalid);
        code.Mark(own);
        track.Set(TrackCode.InKey(PacketKey.ConnectionDirection, MemorySize.Byte), (int)ConnectionDirection.Reply);
        track.Set(TrackCode.InKey(PacketKey.ConnectionState, MemorySize.Byte), (int)ConnectionState.Related);
        code.Move(Register.R0, 0);
        code.Exit();
    }

    /// <summary>R1 = the quoted packet's protocol, and its transport header's offset is kept. A later fragment has no ports.</summary>
    private void EmitNetworkHeader(Label invalid)
    {
        Assembler code = track.Code;
        if (family == Family.IPv6)
        {
            code.Alu(AluOperation.Add, Offset, 40);
            Load(MemorySize.Byte, Register.R1, 6);
            code.Move(Register.R2, Register.R1);
            HeaderSteps.EmitJumpIfExtension(code, Register.R2, invalid);
            return;
        }

        Load(MemorySize.Half, Register.R1, 6);
        code.ToBigEndian(Register.R1, 16);
        code.Jump(JumpCondition.Set, Register.R1, 0x1fff, invalid);
        Load(MemorySize.Byte, Register.R1, 0);
        code.Alu(AluOperation.And, Register.R1, 15);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 2);
        code.Alu(AluOperation.Add, Offset, Register.R1);
        Load(MemorySize.Byte, Register.R1, 9);
    }

    private void Load(MemorySize size, Register result, int at) => track.Code.Load(size, result, Register.R10, TrackCode.Buffer + at - TrackCode.FrameBytes);

    /// <summary>The first end, which sent the quoted packet, is whom this one is for.</summary>
    private void EmitSentBySame(Label invalid)
    {
        Assembler code = track.Code;
        MemorySize size = family == Family.IPv4 ? MemorySize.Word : MemorySize.DoubleWord;
        (int Key, int Tuple)[] halves = family == Family.IPv4
            ? [(PacketKey.DestinationLow, ConnectionTuple.FirstLow)]
            : [(PacketKey.DestinationHigh, ConnectionTuple.FirstHigh), (PacketKey.DestinationLow, ConnectionTuple.FirstLow)];
        foreach ((int key, int tuple) in halves)
        {
            code.Load(size, Register.R1, TrackCode.Key, key);
            code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, TrackCode.Tuple + tuple - TrackCode.FrameBytes);
            code.Jump(JumpCondition.NotEqual, Register.R1, Register.R2, invalid);
        }
    }

    /// <summary>The error goes against the packet that it quotes.</summary>
    private void EmitRelated(Label invalid)
    {
        Assembler code = track.Code;
        code.Call(Helper.Jiffies64);
        code.Load(MemorySize.DoubleWord, Register.R1, TrackCode.Entry, ConnectionEntry.Expires);
        code.Alu(AluOperation.Subtract, Register.R1, Register.R0);
        code.Jump(JumpCondition.SignedLessOrEqual, Register.R1, 0, invalid);
        track.Load(Register.R1, TrackCode.InEntry(ConnectionEntry.Flags));
        track.Load(Register.R2, TrackCode.Swapped);
        code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        code.Alu(AluOperation.Xor, Register.R1, 1);
        code.Alu(AluOperation.And, Register.R1, 1);
        track.Store(TrackCode.InKey(PacketKey.ConnectionDirection, MemorySize.Byte), Register.R1);
        track.Set(TrackCode.InKey(PacketKey.ConnectionState, MemorySize.Byte), (int)ConnectionState.Related);
        code.Move(Register.R0, 0);
        code.Exit();
    }
}
