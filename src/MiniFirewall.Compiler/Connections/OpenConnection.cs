using MiniFirewall.Asm;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// The short way of most packets: UDP, or a plain ACK of TCP, of an answered connection. It stands in main, between the
/// prologue and the rules, looks the connection up and changes it as <see cref="TrackFunction"/> would, without a call; and of UDP that
/// begins a connection, which floods are made of. Whatever is unusual goes to the whole of it, with nothing changed.
/// </summary>
internal sealed class OpenConnection
{
    // R6 and R9 are main's; R9, the packet's length, is in the key too, and is lent to the look-up.
    private const Register KindChanges = Register.R3, Entry = Register.R4, Direction = Register.R7, Window = HeaderWindow.Register, Length = Frame.SkbLength;

    private const int NowAt = Frame.TransportBuffer;

    private readonly Assembler _code;
    private readonly Family _family;
    private readonly Hook _hook;
    private readonly bool _kernelTracks;
    private readonly TablePlaces _places;
    private readonly OpenLookup _lookup;
    private readonly OpenTcp _tcp;

    internal OpenConnection(Assembler code, Family family, Hook hook, int buckets, bool kernelTracks)
    {
        (_code, _family, _hook, _kernelTracks) = (code, family, hook, kernelTracks);
        _places = new(code, buckets);
        _lookup = new(code, family, buckets);
        _tcp = new(code, _places);
    }

    /// <param name="done">The packet is of an open connection, or R0 is 1 and it begins one: state, direction and place are in the key.</param>
    /// <param name="absent">Its connection is not in the table, and it may not be one that begins it.</param>
    /// <param name="other">It is not of an open one, or may not be.</param>
    internal void Emit(Label done, Label absent, Label other)
    {
        Label tcp = _code.DefineLabel("open tcp"), checkedHeader = _code.DefineLabel("header is plain"), ofTcp = _code.DefineLabel("packet of open tcp"), lives = _code.DefineLabel("lives on");
        Label unknown = _code.DefineLabel("of none that is known");
        EmitBegin(other);
        LoadKey(MemorySize.Byte, Register.R5, PacketKey.Protocol);
        LoadKey(MemorySize.Half, Register.R1, PacketKey.TransportLength);
        _code.Jump(JumpCondition.Equal, Register.R5, IpProtocol.Tcp, tcp);
        _code.Jump(JumpCondition.NotEqual, Register.R5, IpProtocol.Udp, other);
        EmitUdpHeader(other);
        _code.Jump(checkedHeader);
        _code.Mark(tcp);
        _tcp.EmitHeader(checkedHeader, other);
        _code.Mark(checkedHeader);
        _lookup.Emit(unknown, other);
        EmitCheck(other);
        LoadKey(MemorySize.Byte, Register.R1, PacketKey.Protocol);
        _code.Jump(JumpCondition.Equal, Register.R1, IpProtocol.Tcp, ofTcp);
        EmitUdpTimeout();
        _code.Jump(lives);
        _code.Mark(ofTcp);
        _tcp.Emit(other);
        _code.Move(KindChanges, 0);
        _code.Mark(lives);
        EmitRefresh();
        _code.Move(Register.R1, Direction);
        EntryCounters.EmitCount(_code, _places, Entry, Register.R1, Length, Register.R2);
        EmitTell();
        _code.Jump(done);
        _code.Mark(unknown);
        EmitBeginning(absent);
        _code.Jump(done);
    }

    /// <summary>UDP of no connection begins one, whatever it is, unless the kernel's tracking has something to say about it. R0 = 1.</summary>
    private void EmitBeginning(Label absent)
    {
        LoadKey(MemorySize.Byte, Register.R1, PacketKey.Protocol);
        _code.Jump(JumpCondition.NotEqual, Register.R1, IpProtocol.Udp, absent);
        if (_kernelTracks)
        {
            // The direction has taken the register of the sk_buff.
            _code.Load(MemorySize.DoubleWord, Register.R1, Frame.MainContext, 8);
            _code.LoadMember(MemorySize.DoubleWord, Register.R1, Register.R1, "sk_buff", "_nfct");
            _code.Jump(JumpCondition.Greater, Register.R1, KernelState.Mask, absent);
        }

        SetKey(MemorySize.Byte, PacketKey.ConnectionState, (int)ConnectionState.New);
        SetKey(MemorySize.Byte, PacketKey.ConnectionDirection, (int)ConnectionDirection.Original);
        SetKey(MemorySize.Word, PacketKey.ConnectionPlace, 0);
        SetKey(MemorySize.Word, PacketKey.ConnectionMark, 0);
        SetKey(MemorySize.DoubleWord, PacketKey.ConnectionLabels, 0);
        SetKey(MemorySize.DoubleWord, PacketKey.ConnectionLabels + 8, 0);
        _code.Move(Register.R0, 1);
    }

    /// <summary>Whole and linear, to be tracked, and not tracked before: a packet over the loopback device was, where it left.</summary>
    private void EmitBegin(Label other)
    {
        LoadKey(MemorySize.Half, Register.R1, PacketKey.FragmentOffset);
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, other);
        if (_family == Family.IPv6)
        {
            LoadKey(MemorySize.Byte, Register.R1, PacketKey.ChainBroken);
            _code.Jump(JumpCondition.NotEqual, Register.R1, 0, other);
        }

        _code.LoadMember(MemorySize.Word, Register.R1, Frame.Skb, "sk_buff", "data_len");
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, other);
        if (_kernelTracks)
        {
            _code.LoadMember(MemorySize.DoubleWord, Register.R1, Frame.Skb, "sk_buff", "_nfct");
            _code.Jump(JumpCondition.Equal, Register.R1, KernelState.Untracked, other);
        }

        if (_hook == Hook.LocalIn)
        {
            LoopbackDevice.EmitJump(_code, Frame.MainContext, other);
        }

        _code.Call(Helper.Jiffies64);
        _code.Store(MemorySize.DoubleWord, Register.R10, NowAt, Register.R0);
        LoadKey(MemorySize.Word, Register.R3, PacketKey.TransportOffset);
        HeaderWindow.Cast(_code, Register.R3);
    }

    /// <summary>nf_conntrack_proto_udp.c, udp_error. The transport header's length is in R1.</summary>
    private void EmitUdpHeader(Label other)
    {
        _code.Load(MemorySize.Half, Register.R2, Window, 4);
        _code.ToBigEndian(Register.R2, 16);
        _code.Jump(JumpCondition.Less, Register.R2, 8, other);
        _code.Jump(JumpCondition.Greater, Register.R2, Register.R1, other);
    }

    /// <summary>Answered, and not expired. The direction is what it was by the tuple's order, and is now that of the connection.</summary>
    private void EmitCheck(Label other)
    {
        _code.Load(MemorySize.Word, Register.R1, Entry, ConnectionEntry.Flags);
        _code.Alu(AluOperation.Xor, Direction, Register.R1);
        _code.Alu(AluOperation.And, Direction, 1);
        _code.Alu(AluOperation.And, Register.R1, ConnectionEntry.SeenReply);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, other);
        _code.Load(MemorySize.DoubleWord, Register.R1, Entry, ConnectionEntry.Expires);
        _code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, NowAt);
        _code.Alu(AluOperation.Subtract, Register.R1, Register.R2);
        _code.Jump(JumpCondition.SignedLessOrEqual, Register.R1, 0, other);
    }

    /// <summary>R0 = the time-out of UDP in ticks, R3 = whether the connection has just become a stream (nf_conntrack_proto_udp.c, nf_conntrack_udp_packet). Loses R1 and R2.</summary>
    private void EmitUdpTimeout()
    {
        Label stream = _code.DefineLabel("open stream"), becomes = _code.DefineLabel("becomes a stream"), done = _code.DefineLabel("udp time-out");
        _code.Move(KindChanges, 0);
        _code.Load(MemorySize.Word, Register.R1, Entry, ConnectionEntry.Flags);
        _code.Jump(JumpCondition.Set, Register.R1, ConnectionEntry.Assured, stream);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, NowAt);
        _places.EmitLoad(MemorySize.DoubleWord, Register.R2, Entry, ConnectionEntry.Begins);
        _code.Alu(AluOperation.Subtract, Register.R1, Register.R2);
        LoadTimeout(Register.R2, TrackingTable.UdpStreamAfter);
        _code.Jump(JumpCondition.Greater, Register.R1, Register.R2, becomes);
        LoadTimeout(Register.R0, TrackingTable.Udp);
        _code.Jump(done);
        _code.Mark(becomes);
        _code.Move(KindChanges, 1);
        _code.Load(MemorySize.Word, Register.R1, Entry, ConnectionEntry.Flags);
        _code.Alu(AluOperation.Or, Register.R1, ConnectionEntry.Assured);
        _code.Store(MemorySize.Word, Entry, ConnectionEntry.Flags, Register.R1);
        _code.Mark(stream);
        LoadTimeout(Register.R0, TrackingTable.UdpStream);
        _code.Mark(done);
    }

    /// <summary>It ends the time-out in R0 from now; its bucket is told where that matters to it.</summary>
    private void EmitRefresh()
    {
        Label known = _code.DefineLabel("rank stays");
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, NowAt);
        _code.Alu(AluOperation.Add, Register.R0, Register.R1);
        _code.Load(MemorySize.DoubleWord, Register.R1, Entry, ConnectionEntry.Expires);
        _code.Store(MemorySize.DoubleWord, Entry, ConnectionEntry.Expires, Register.R0);
        _code.Alu(AluOperation.ShiftRight, Register.R0, ConnectionTable.TickShift);
        _code.Alu(AluOperation.ShiftRight, Register.R1, ConnectionTable.TickShift);
        _code.Alu(AluOperation.Xor, Register.R1, Register.R0);
        _code.Alu(AluOperation.Or, Register.R1, KindChanges);
        _code.Jump(JumpCondition.Equal, Register.R1, 0, known);
        _code.Alu(AluOperation.And, Register.R0, (1 << ConnectionTable.ClassShift) - 1);
        _code.Load(MemorySize.Word, Register.R1, Entry, ConnectionEntry.Flags);
        _code.Alu(AluOperation.ShiftRight, Register.R1, 1);
        _code.Alu(AluOperation.And, Register.R1, 3);
        _code.Alu(AluOperation.ShiftLeft, Register.R1, ConnectionTable.ClassShift);
        _code.Alu(AluOperation.Or, Register.R0, Register.R1);
        LoadKey(MemorySize.Word, Register.R1, PacketKey.ConnectionPlace);
        _code.Alu(AluOperation.Subtract, Register.R1, 1);
        _places.EmitRank(Register.R3, Register.R1, Register.R2);
        _code.Store(MemorySize.Word, Register.R3, 0, Register.R0);
        _code.Mark(known);
    }

    private void EmitTell()
    {
        SetKey(MemorySize.Byte, PacketKey.ConnectionState, (int)ConnectionState.Established);
        _code.Store(MemorySize.Byte, Register.R10, Frame.MainKey + PacketKey.ConnectionDirection, Direction);
        _code.Move(Register.R0, 0);
    }

    private void LoadKey(MemorySize size, Register result, int at) => _code.Load(size, result, Register.R10, Frame.MainKey + at);

    private void SetKey(MemorySize size, int at, int value) => _code.StoreImmediate(size, Register.R10, Frame.MainKey + at, value);

    private void LoadTimeout(Register result, int number)
    {
        _code.LoadMapValue(result, WellKnownMaps.Tracking, TrackingTable.Timeouts + (4 * number));
        _code.Load(MemorySize.Word, result, result, 0);
    }
}
