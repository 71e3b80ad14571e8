using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// What a plain ACK inside the windows does to an established connection, for <see cref="OpenConnection"/>: of <see cref="TcpTracker"/>
/// and <see cref="TcpWindow"/> what such a segment goes through, in registers. First all that may send it to those, then what it changes.
/// </summary>
internal sealed class OpenTcp(Assembler code, TablePlaces places)
{
    private const Register Entry = Register.R4, Direction = Register.R7, Length = Frame.SkbLength, Header = HeaderWindow.Register;
    private const Register Receiver = Register.R3, Sender = Register.R5;

    /// <summary>Free when the header has been read.</summary>
    private const Register Acknowledgement = HeaderWindow.Register;

    private const int LeastAcknowledgementWindow = 66000;

    /// <summary>Bytes 12 and 13 of a header as they lie in memory: the length in words, and the flags but for PSH, ECE and CWR.</summary>
    private const int PlainMask = 0x37f0, PlainAck = 0x1050, PlainAckWithTimestamp = 0x1080;

    /// <summary>The option that most segments have alone: two no-operations, then a time stamp (RFC 7323 appendix A), as it lies in memory.</summary>
    private const int AlignedTimestamp = 0x0a080101, AlignedTimestampBytes = 12;

    // Where the prologue's buffer was.
    private const int OptionsAt = Frame.TransportBuffer + 8, SequenceAt = Frame.TransportBuffer + 12, EndAt = Frame.TransportBuffer + 16, WindowAt = Frame.TransportBuffer + 20;

    /// <summary>The header's length is in R1. Goes on where it is that of a plain ACK.</summary>
    internal void EmitHeader(Label plain, Label other)
    {
        Label stamped = code.DefineLabel("with a time stamp");
        code.Jump(JumpCondition.Less, Register.R1, TrackCode.HeaderBytes, other);
        code.StoreImmediate(MemorySize.Word, Register.R10, OptionsAt, 0);
        code.Load(MemorySize.Half, Register.R2, Header, 12);
        code.Alu(AluOperation.And, Register.R2, PlainMask);
        code.Jump(JumpCondition.Equal, Register.R2, PlainAck, plain);
        code.Jump(JumpCondition.NotEqual, Register.R2, PlainAckWithTimestamp, other);
        code.Jump(JumpCondition.Less, Register.R1, TrackCode.HeaderBytes + AlignedTimestampBytes, other);
        code.StoreImmediate(MemorySize.Word, Register.R10, OptionsAt, AlignedTimestampBytes);
        EmitOptions();
        code.Jump(JumpCondition.NotEqual, Register.R1, AlignedTimestamp, other, OperandWidth.Bits32);
    }

    /// <summary>R1 = the first word of options. A window is sixteen bytes.</summary>
    private void EmitOptions()
    {
        const int WindowBytes = 16;
        code.Move(Register.R1, Header);
        code.Alu(AluOperation.Add, Register.R1, WindowBytes);
        code.LoadKernelType(Register.R2, "in6_addr");
        code.CallKernel("bpf_rdonly_cast");
        code.Load(MemorySize.Word, Register.R1, Register.R0, TrackCode.HeaderBytes - WindowBytes);
    }

    /// <summary>R0 = the time-out in ticks. Loses R1 to R3, R5 and the header's window.</summary>
    internal void Emit(Label other)
    {
        EmitNumbers();
        EmitSides();
        EmitCheck(other);
        EmitUpdateSender();
        EmitUpdateReceiver();
        EmitLast();
        EmitTimeout();
    }

    private void EmitNumbers()
    {
        code.Load(MemorySize.Word, Register.R0, Header, 4);
        code.ToBigEndian(Register.R0, 32);
        code.Store(MemorySize.Word, Register.R10, SequenceAt, Register.R0);
        code.Alu(AluOperation.Add, Register.R0, Length);
        code.Alu(AluOperation.Subtract, Register.R0, TrackCode.HeaderBytes);
        code.Load(MemorySize.Word, Register.R1, Register.R10, OptionsAt);
        code.Alu(AluOperation.Subtract, Register.R0, Register.R1);
        code.Load(MemorySize.Word, Register.R1, Register.R10, Frame.MainKey + PacketKey.TransportOffset);
        code.Alu(AluOperation.Subtract, Register.R0, Register.R1);
        code.Store(MemorySize.Word, Register.R10, EndAt, Register.R0);
        code.Load(MemorySize.Half, Register.R1, Header, 14);
        code.ToBigEndian(Register.R1, 16);
        code.Store(MemorySize.Word, Register.R10, WindowAt, Register.R1);
        code.Load(MemorySize.Word, Register.R1, Header, 8);
        code.ToBigEndian(Register.R1, 32);
        code.Move(Acknowledgement, Register.R1);
    }

    private void EmitSides()
    {
        code.Move(Register.R1, Direction);
        code.Alu(AluOperation.Multiply, Register.R1, ConnectionEntry.SideSize);
        code.Move(Sender, Entry);
        places.EmitMove(Sender, ConnectionEntry.TcpLine);
        code.Move(Receiver, Sender);
        code.Alu(AluOperation.Add, Sender, Register.R1);
        code.Move(Register.R2, ConnectionEntry.SideSize);
        code.Alu(AluOperation.Subtract, Register.R2, Register.R1);
        code.Alu(AluOperation.Add, Receiver, Register.R2);
    }

    /// <summary>Established and assured, both sides known, nothing out of a window, and not the first acknowledgement of its side.</summary>
    private void EmitCheck(Label other)
    {
        Label wide = code.DefineLabel("wide window");
        code.Load(MemorySize.Word, Register.R1, Entry, ConnectionEntry.Flags);
        code.Alu(AluOperation.And, Register.R1, ConnectionEntry.Assured);
        code.Jump(JumpCondition.Equal, Register.R1, 0, other);
        code.Load(MemorySize.Byte, Register.R1, Entry, ConnectionEntry.State);
        code.Jump(JumpCondition.NotEqual, Register.R1, TcpStates.Established, other);
        LoadByte(Register.R1, Sender, ConnectionEntry.SideFlags);
        code.Alu(AluOperation.And, Register.R1, TcpStates.HasMaxAcknowledgement);
        code.Jump(JumpCondition.Equal, Register.R1, 0, other);

        // What it acknowledges: nothing that was not sent, and nothing too old.
        Load(Register.R2, Sender, ConnectionEntry.MaxWindow);
        code.Jump(JumpCondition.Equal, Register.R2, 0, other);
        code.Jump(JumpCondition.Greater, Register.R2, LeastAcknowledgementWindow, wide, OperandWidth.Bits32);
        code.Move(Register.R2, LeastAcknowledgementWindow);
        code.Mark(wide);
        Load(Register.R0, Receiver, ConnectionEntry.End);
        code.Move(Register.R1, Acknowledgement);
        code.Alu(AluOperation.Subtract, Register.R1, Register.R0, OperandWidth.Bits32);
        code.Jump(JumpCondition.SignedGreater, Register.R1, 0, other, OperandWidth.Bits32);
        code.Alu(AluOperation.Add, Register.R1, Register.R2, OperandWidth.Bits32);
        code.Jump(JumpCondition.SignedLess, Register.R1, 0, other, OperandWidth.Bits32);

        // What it carries: nothing beyond the window, and nothing too old.
        code.Load(MemorySize.Word, Register.R1, Register.R10, SequenceAt);
        Load(Register.R0, Sender, ConnectionEntry.MaxEnd);
        code.Alu(AluOperation.Subtract, Register.R1, Register.R0, OperandWidth.Bits32);
        code.Jump(JumpCondition.SignedGreater, Register.R1, 0, other, OperandWidth.Bits32);
        Load(Register.R2, Receiver, ConnectionEntry.MaxWindow);
        code.Jump(JumpCondition.Equal, Register.R2, 0, other);
        code.Load(MemorySize.Word, Register.R1, Register.R10, EndAt);
        Load(Register.R0, Sender, ConnectionEntry.End);
        code.Alu(AluOperation.Subtract, Register.R1, Register.R0, OperandWidth.Bits32);
        code.Alu(AluOperation.Add, Register.R1, Register.R2, OperandWidth.Bits32);
        code.Jump(JumpCondition.SignedLess, Register.R1, 0, other, OperandWidth.Bits32);
    }

    /// <summary>R2 = the window, scaled.</summary>
    private void EmitUpdateSender()
    {
        Label notWider = code.DefineLabel("not wider"), notNew = code.DefineLabel("nothing new"), done = code.DefineLabel("sender done");
        code.Load(MemorySize.Word, Register.R2, Register.R10, WindowAt);
        LoadByte(Register.R1, Sender, ConnectionEntry.Scale);
        code.Alu(AluOperation.And, Register.R1, 15);
        code.Alu(AluOperation.ShiftLeft, Register.R2, Register.R1, OperandWidth.Bits32);
        Load(Register.R1, Sender, ConnectionEntry.MaxWindow);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R1, Register.R2, notWider, OperandWidth.Bits32);
        Store(Sender, ConnectionEntry.MaxWindow, Register.R2);
        code.Mark(notWider);
        code.Load(MemorySize.Word, Register.R0, Register.R10, EndAt);
        EmitJumpUnlessAhead(Register.R0, Sender, ConnectionEntry.End, notNew);
        Store(Sender, ConnectionEntry.End, Register.R0);
        LoadByte(Register.R1, Sender, ConnectionEntry.SideFlags);
        code.Alu(AluOperation.Or, Register.R1, TcpStates.HasUnacknowledged);
        StoreByte(Sender, ConnectionEntry.SideFlags, Register.R1);
        code.Mark(notNew);
        EmitJumpUnlessAhead(Acknowledgement, Sender, ConnectionEntry.MaxAcknowledgement, done);
        Store(Sender, ConnectionEntry.MaxAcknowledgement, Acknowledgement);
        code.Mark(done);
    }

    /// <summary>The end is in R0, the scaled window in R2.</summary>
    private void EmitUpdateReceiver()
    {
        Label inside = code.DefineLabel("inside"), notFurther = code.DefineLabel("not further"), store = code.DefineLabel("store"), done = code.DefineLabel("receiver done");
        EmitJumpUnlessAhead(Register.R0, Sender, ConnectionEntry.MaxEnd, inside);
        Load(Register.R0, Receiver, ConnectionEntry.MaxWindow);
        code.Alu(AluOperation.Add, Register.R0, Register.R1, OperandWidth.Bits32);
        Store(Receiver, ConnectionEntry.MaxWindow, Register.R0);
        code.Mark(inside);
        code.Move(Register.R0, Acknowledgement);
        code.Alu(AluOperation.Add, Register.R0, Register.R2, OperandWidth.Bits32);
        Load(Register.R1, Receiver, ConnectionEntry.MaxEnd);
        code.Alu(AluOperation.Subtract, Register.R1, Register.R0, OperandWidth.Bits32);
        code.Jump(JumpCondition.SignedGreater, Register.R1, 0, notFurther, OperandWidth.Bits32);
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, store, OperandWidth.Bits32);
        code.Alu(AluOperation.Add, Register.R0, 1, OperandWidth.Bits32);
        code.Mark(store);
        Store(Receiver, ConnectionEntry.MaxEnd, Register.R0);
        code.Mark(notFurther);
        Load(Register.R1, Receiver, ConnectionEntry.End);
        code.Jump(JumpCondition.NotEqual, Register.R1, Acknowledgement, done, OperandWidth.Bits32);
        LoadByte(Register.R1, Receiver, ConnectionEntry.SideFlags);
        code.Alu(AluOperation.And, Register.R1, ~TcpStates.HasUnacknowledged);
        StoreByte(Receiver, ConnectionEntry.SideFlags, Register.R1);
        code.Mark(done);
    }

    /// <summary>The same segment again and again: R2 = how many times, or none. What it was is remembered.</summary>
    private void EmitLast()
    {
        Label another = code.DefineLabel("another");
        code.Move(Register.R2, 0);
        code.Load(MemorySize.Byte, Register.R1, Entry, ConnectionEntry.LastDirection);
        places.EmitMove(Entry, ConnectionEntry.TcpLine);
        code.Jump(JumpCondition.NotEqual, Register.R1, Direction, another, OperandWidth.Bits32);
        code.Load(MemorySize.Word, Register.R0, Register.R10, SequenceAt);
        EmitLastNumber(ConnectionEntry.LastSequence, MemorySize.Word, Register.R0, another);
        EmitLastNumber(ConnectionEntry.LastAcknowledgement, MemorySize.Word, Acknowledgement, another);
        code.Load(MemorySize.Word, Register.R0, Register.R10, EndAt);
        EmitLastNumber(ConnectionEntry.LastEnd, MemorySize.Word, Register.R0, another);
        code.Load(MemorySize.Word, Register.R0, Register.R10, WindowAt);
        EmitLastNumber(ConnectionEntry.LastWindow, MemorySize.Half, Register.R0, another);
        places.EmitMove(Entry, -ConnectionEntry.TcpLine);
        code.Load(MemorySize.Byte, Register.R2, Entry, ConnectionEntry.Retransmissions);
        places.EmitMove(Entry, ConnectionEntry.TcpLine);
        code.Alu(AluOperation.Add, Register.R2, 1);
        code.Alu(AluOperation.And, Register.R2, byte.MaxValue);
        code.Mark(another);
        code.Load(MemorySize.Word, Register.R0, Register.R10, SequenceAt);
        code.Store(MemorySize.Word, Entry, ConnectionEntry.InLine(ConnectionEntry.LastSequence), Register.R0);
        code.Store(MemorySize.Word, Entry, ConnectionEntry.InLine(ConnectionEntry.LastAcknowledgement), Acknowledgement);
        code.Load(MemorySize.Word, Register.R0, Register.R10, EndAt);
        code.Store(MemorySize.Word, Entry, ConnectionEntry.InLine(ConnectionEntry.LastEnd), Register.R0);
        code.Load(MemorySize.Word, Register.R0, Register.R10, WindowAt);
        code.Store(MemorySize.Half, Entry, ConnectionEntry.InLine(ConnectionEntry.LastWindow), Register.R0);
        places.EmitMove(Entry, -ConnectionEntry.TcpLine);
        code.Store(MemorySize.Byte, Entry, ConnectionEntry.LastDirection, Direction);
        code.Store(MemorySize.Byte, Entry, ConnectionEntry.Retransmissions, Register.R2);
        code.StoreImmediate(MemorySize.Byte, Entry, ConnectionEntry.LastIndex, TcpStates.Ack);
    }

    /// <summary>Of the entry's line of TCP, which its register points to.</summary>
    private void EmitLastNumber(int at, MemorySize size, Register now, Label another)
    {
        code.Load(size, Register.R1, Entry, ConnectionEntry.InLine(at));
        code.Jump(JumpCondition.NotEqual, Register.R1, now, another, OperandWidth.Bits32);
    }

    /// <summary>R0 = the time-out: that of open connections, or less where something is not acknowledged. R0 is the window, R2 the retransmissions.</summary>
    private void EmitTimeout()
    {
        Label repeated = code.DefineLabel("repeated"), unacknowledged = code.DefineLabel("unacknowledged"), least = code.DefineLabel("least"), done = code.DefineLabel("time-out chosen");
        code.LoadMapValue(Register.R1, WellKnownMaps.Tracking, TrackingTable.MostRetransmissions);
        code.Load(MemorySize.Word, Register.R1, Register.R1, 0);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R2, Register.R1, repeated);
        LoadByte(Register.R1, Sender, ConnectionEntry.SideFlags);
        LoadByte(Register.R2, Receiver, ConnectionEntry.SideFlags);
        code.Alu(AluOperation.Or, Register.R2, Register.R1);
        code.Move(Register.R1, Register.R0);
        LoadTimeout(Register.R0, TcpStates.Established);
        code.Jump(JumpCondition.Set, Register.R2, TcpStates.HasUnacknowledged, unacknowledged);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, done);
        code.Mark(repeated);
        LoadTimeout(Register.R0, TcpStates.Established);
        LoadTimeout(Register.R1, TrackingTable.Retransmitted);
        code.Jump(least);
        code.Mark(unacknowledged);
        LoadTimeout(Register.R1, TrackingTable.Unacknowledged);
        code.Mark(least);
        code.Jump(JumpCondition.LessOrEqual, Register.R0, Register.R1, done);
        code.Move(Register.R0, Register.R1);
        code.Mark(done);
    }

    /// <summary>R1 = how far the number is ahead of one of a side, as sequence numbers are compared (RFC 9293 §3.4).</summary>
    private void EmitJumpUnlessAhead(Register number, Register side, int at, Label unless)
    {
        Load(Register.R1, side, at);
        code.Alu(AluOperation.Subtract, Register.R1, number, OperandWidth.Bits32);
        code.Alu(AluOperation.Negate, Register.R1, 0, OperandWidth.Bits32);
        code.Jump(JumpCondition.SignedLessOrEqual, Register.R1, 0, unless, OperandWidth.Bits32);
    }

    private void Load(Register result, Register side, int at) => code.Load(MemorySize.Word, result, side, at);

    private void LoadByte(Register result, Register side, int at) => code.Load(MemorySize.Byte, result, side, at);

    private void Store(Register side, int at, Register value) => code.Store(MemorySize.Word, side, at, value);

    private void StoreByte(Register side, int at, Register value) => code.Store(MemorySize.Byte, side, at, value);

    private void LoadTimeout(Register result, int number)
    {
        code.LoadMapValue(result, WellKnownMaps.Tracking, TrackingTable.Timeouts + (4 * number));
        code.Load(MemorySize.Word, result, result, 0);
    }
}
