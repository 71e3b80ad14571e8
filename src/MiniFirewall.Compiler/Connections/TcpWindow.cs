using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// Whether a TCP packet is in the window of its receiver, as far as a router can tell, and what it says of both windows
/// (nf_conntrack_proto_tcp.c, tcp_in_window, Linux 6.x).
/// </summary>
/// <param name="inWindow">It is; the sides are up to date.</param>
/// <param name="ignored">It is not, but belongs to the connection.</param>
/// <param name="invalid">It is not.</param>
internal sealed class TcpWindow(TrackCode track, Label inWindow, Label ignored, Label invalid)
{
    private const int LeastAcknowledgementWindow = 66000;

    /// <summary>Where the header leaves it: the packet's window, scaled.</summary>
    private static readonly Slot s_scaled = TrackCode.Timeout;

    private static readonly Slot s_state = TrackCode.InEntry(ConnectionEntry.State, MemorySize.Byte);
    private static readonly Slot s_end = TcpTracker.Side(TrackCode.Sender, ConnectionEntry.End), s_maxEnd = TcpTracker.Side(TrackCode.Sender, ConnectionEntry.MaxEnd);
    private static readonly Slot s_maxWindow = TcpTracker.Side(TrackCode.Sender, ConnectionEntry.MaxWindow);
    private static readonly Slot s_maxAcknowledgement = TcpTracker.Side(TrackCode.Sender, ConnectionEntry.MaxAcknowledgement);
    private static readonly Slot s_scale = TcpTracker.Side(TrackCode.Sender, ConnectionEntry.Scale), s_flags = TcpTracker.Side(TrackCode.Sender, ConnectionEntry.SideFlags);
    private static readonly Slot s_otherEnd = TcpTracker.Side(TrackCode.Receiver, ConnectionEntry.End), s_otherMaxEnd = TcpTracker.Side(TrackCode.Receiver, ConnectionEntry.MaxEnd);
    private static readonly Slot s_otherMaxWindow = TcpTracker.Side(TrackCode.Receiver, ConnectionEntry.MaxWindow);
    private static readonly Slot s_otherScale = TcpTracker.Side(TrackCode.Receiver, ConnectionEntry.Scale), s_otherFlags = TcpTracker.Side(TrackCode.Receiver, ConnectionEntry.SideFlags);

    private const int SynFlag = 2, ResetFlag = 4, AckFlag = 16;

    private readonly Label _bad = track.Code.DefineLabel("out of window"), _odd = track.Code.DefineLabel("odd, but of the connection");

    internal void Emit()
    {
        EmitSack();
        EmitSides();
        EmitPretended();
        EmitCheck();
        EmitUpdate();
        track.Code.Jump(inWindow);
        EmitOutside();
    }

    private void EmitSack()
    {
        Label permitted = track.Code.DefineLabel("SACK permitted");
        track.IfSet(s_otherFlags, TcpStates.HasSack, permitted);
        track.Copy(TrackCode.Sack, TrackCode.Acknowledgement);
        track.Code.Mark(permitted);
    }

    /// <summary>The first packet of a side says what it is, and so does another SYN.</summary>
    private void EmitSides()
    {
        Assembler code = track.Code;
        Label known = code.DefineLabel("side known"), middle = code.DefineLabel("middle"), done = code.DefineLabel("sides done");
        Label begin = code.DefineLabel("again"), reply = code.DefineLabel("reply");
        track.If(s_maxWindow, JumpCondition.NotEqual, 0, known);
        track.IfClear(TrackCode.TcpFlags, SynFlag, middle);
        EmitBegin();
        track.IfClear(TrackCode.TcpFlags, AckFlag, inWindow);
        code.Jump(done);

        code.Mark(middle);
        EmitMiddle(done);
        code.Jump(done);

        code.Mark(known);
        track.IfClear(TrackCode.TcpFlags, SynFlag, done);
        track.IfDistance(TrackCode.End, s_end, 0, JumpCondition.SignedLessOrEqual, done);
        track.If(s_state, JumpCondition.Equal, TcpStates.SynSent, begin);
        track.If(s_state, JumpCondition.NotEqual, TcpStates.SynReceived, done);
        code.Mark(begin);
        EmitBegin();
        track.If(TrackCode.Direction, JumpCondition.NotEqual, 0, reply);
        code.Jump(done);
        code.Mark(reply);
        track.IfClear(TrackCode.TcpFlags, AckFlag, inWindow);
        code.Mark(done);
    }

    /// <summary>What a SYN says. Windows are scaled where both sides say so (RFC 7323 §2.2).</summary>
    private void EmitBegin()
    {
        Assembler code = track.Code;
        Label noOptions = code.DefineLabel("no options"), done = code.DefineLabel("begun"), scaled = code.DefineLabel("scaled");
        track.Copy(s_end, TrackCode.End);
        track.Copy(s_maxEnd, TrackCode.End);
        track.CopyAtLeastOne(s_maxWindow, TrackCode.Window);
        track.If(TrackCode.InFrame(TrackCode.OptionLength, MemorySize.Byte), JumpCondition.Equal, 0, noOptions);
        track.Copy(s_scale, TrackCode.InFrame(TrackCode.OptionScale, MemorySize.Byte));
        track.Load(Register.R1, s_flags);
        code.Alu(AluOperation.And, Register.R1, TcpStates.IsLiberal);
        track.Load(Register.R2, TrackCode.InFrame(TrackCode.OptionFlags, MemorySize.Byte));
        code.Alu(AluOperation.Or, Register.R1, Register.R2);
        track.Store(s_flags, Register.R1);
        code.Mark(noOptions);
        track.If(TrackCode.Direction, JumpCondition.Equal, 0, done);
        track.IfClear(s_flags, TcpStates.HasScale, scaled);
        track.IfSet(s_otherFlags, TcpStates.HasScale, done);
        code.Mark(scaled);
        track.Set(s_scale, 0);
        track.Set(s_otherScale, 0);
        code.Mark(done);
    }

    private void EmitMiddle(Label done)
    {
        Assembler code = track.Code;
        Label known = code.DefineLabel("other side known");
        track.Copy(s_end, TrackCode.End);
        EmitScaled();
        track.StoreAtLeastOne(s_maxWindow);
        track.Load(Register.R2, TrackCode.End);
        code.Alu(AluOperation.Add, Register.R2, Register.R1, OperandWidth.Bits32);
        track.Store(s_maxEnd, Register.R2);
        track.If(s_otherMaxWindow, JumpCondition.NotEqual, 0, known);
        track.Copy(s_otherEnd, TrackCode.Sack);
        track.Copy(s_otherMaxEnd, TrackCode.Sack);
        code.Jump(done);
        code.Mark(known);

        // Likely the answer to a keep-alive.
        track.IfDistance(TrackCode.Sack, s_otherEnd, -1, JumpCondition.NotEqual, done);
        track.Copy(s_otherEnd, TrackCode.Sack);
    }

    /// <summary>R1 = the packet's window by the sender's scale.</summary>
    private void EmitScaled()
    {
        track.Load(Register.R1, TrackCode.Window);
        track.Load(Register.R2, s_scale);
        track.Code.Alu(AluOperation.And, Register.R2, 15);
        track.Code.Alu(AluOperation.ShiftLeft, Register.R1, Register.R2, OperandWidth.Bits32);
    }

    /// <summary>What a packet without an acknowledgement acknowledges, and where a reset that answers a SYN stands.</summary>
    private void EmitPretended()
    {
        Assembler code = track.Code;
        Label pretend = code.DefineLabel("pretend"), acknowledged = code.DefineLabel("acknowledged"), placed = code.DefineLabel("placed");
        track.IfClear(TrackCode.TcpFlags, AckFlag, pretend);
        track.IfClear(TrackCode.TcpFlags, ResetFlag, acknowledged);
        track.If(TrackCode.Acknowledgement, JumpCondition.NotEqual, 0, acknowledged);
        code.Mark(pretend);
        track.Copy(TrackCode.Acknowledgement, s_otherEnd);
        track.Copy(TrackCode.Sack, s_otherEnd);
        code.Mark(acknowledged);
        track.IfClear(TrackCode.TcpFlags, ResetFlag, placed);
        track.If(TrackCode.Sequence, JumpCondition.NotEqual, 0, placed);
        track.If(s_state, JumpCondition.NotEqual, TcpStates.SynSent, placed);
        track.Copy(TrackCode.Sequence, s_end);
        track.Copy(TrackCode.End, s_end);
        code.Mark(placed);
    }

    private void EmitCheck()
    {
        Assembler code = track.Code;
        Label fits = code.DefineLabel("sequence fits"), bounded = code.DefineLabel("receiver's window fits");
        track.IfDistance(TrackCode.Sequence, s_maxEnd, -1, JumpCondition.SignedLess, fits);
        EmitOvershot();
        code.Mark(fits);
        track.IfDistance(TrackCode.Sack, s_otherEnd, -1, JumpCondition.SignedGreaterOrEqual, _bad);
        track.If(s_otherMaxWindow, JumpCondition.Equal, 0, bounded);
        EmitJumpIfTooOld(_odd);
        code.Mark(bounded);
        EmitJumpIfAcknowledgesTooLittle(_odd);
    }

    /// <summary>A little more than the window allows is let through and remembered, for it may be acknowledged.</summary>
    private void EmitOvershot()
    {
        EmitJumpIfAcknowledgesTooLittle(_bad);
        track.If(s_otherMaxWindow, JumpCondition.Equal, 0, _bad);
        EmitJumpIfTooOld(_bad);
        track.IfDistance(TrackCode.Sack, s_otherEnd, -1, JumpCondition.SignedGreaterOrEqual, _bad);
        track.Load(Register.R1, TrackCode.End);
        track.Load(Register.R2, s_maxEnd);
        track.Code.Alu(AluOperation.Subtract, Register.R1, Register.R2, OperandWidth.Bits32);
        track.Code.Alu(AluOperation.Add, Register.R1, 1, OperandWidth.Bits32);
        track.Load(Register.R2, s_otherMaxWindow);
        track.Code.Jump(JumpCondition.Greater, Register.R1, Register.R2, _bad, OperandWidth.Bits32);
        track.Copy(s_end, TrackCode.End);
        track.SetBits(s_flags, TcpStates.HasUnacknowledged);
        track.Code.Jump(_odd);
    }

    /// <summary>end &lt;= sender's end - receiver's window - 1.</summary>
    private void EmitJumpIfTooOld(Label target)
    {
        track.Load(Register.R1, TrackCode.End);
        track.Load(Register.R2, s_end);
        track.Code.Alu(AluOperation.Subtract, Register.R1, Register.R2, OperandWidth.Bits32);
        track.Load(Register.R2, s_otherMaxWindow);
        track.Code.Alu(AluOperation.Add, Register.R1, Register.R2, OperandWidth.Bits32);
        track.Code.Alu(AluOperation.Add, Register.R1, 1, OperandWidth.Bits32);
        track.Code.Jump(JumpCondition.SignedLessOrEqual, Register.R1, 0, target, OperandWidth.Bits32);
    }

    /// <summary>sack &lt;= receiver's end - max(sender's window, 66000) - 1.</summary>
    private void EmitJumpIfAcknowledgesTooLittle(Label target)
    {
        Assembler code = track.Code;
        Label wide = code.DefineLabel("wide");
        track.Load(Register.R3, s_maxWindow);
        code.Jump(JumpCondition.Greater, Register.R3, LeastAcknowledgementWindow, wide, OperandWidth.Bits32);
        code.Move(Register.R3, LeastAcknowledgementWindow);
        code.Mark(wide);
        track.Load(Register.R1, TrackCode.Sack);
        track.Load(Register.R2, s_otherEnd);
        code.Alu(AluOperation.Subtract, Register.R1, Register.R2, OperandWidth.Bits32);
        code.Alu(AluOperation.Add, Register.R1, Register.R3, OperandWidth.Bits32);
        code.Alu(AluOperation.Add, Register.R1, 1, OperandWidth.Bits32);
        code.Jump(JumpCondition.SignedLessOrEqual, Register.R1, 0, target, OperandWidth.Bits32);
    }

    private void EmitUpdate()
    {
        EmitUpdateSender();
        EmitUpdateReceiver();
        EmitRetransmission();
    }

    private void EmitUpdateSender()
    {
        Assembler code = track.Code;
        Label isSyn = code.DefineLabel("SYN is not scaled"), notWider = code.DefineLabel("not wider"), notNew = code.DefineLabel("nothing new");
        Label done = code.DefineLabel("sender done"), first = code.DefineLabel("first acknowledgement"), set = code.DefineLabel("set");
        track.Copy(s_scaled, TrackCode.Window);
        track.IfSet(TrackCode.TcpFlags, SynFlag, isSyn);
        EmitScaled();
        track.Store(s_scaled, Register.R1);
        code.Mark(isSyn);
        track.Load(Register.R1, s_scaled);
        track.Load(Register.R2, TrackCode.Sack);
        code.Alu(AluOperation.Add, Register.R1, Register.R2, OperandWidth.Bits32);
        track.Load(Register.R2, TrackCode.Acknowledgement);
        code.Alu(AluOperation.Subtract, Register.R1, Register.R2, OperandWidth.Bits32);
        track.Load(Register.R2, s_maxWindow);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R2, Register.R1, notWider, OperandWidth.Bits32);
        track.Store(s_maxWindow, Register.R1);
        code.Mark(notWider);
        track.IfDistance(TrackCode.End, s_end, 0, JumpCondition.SignedLessOrEqual, notNew);
        track.Copy(s_end, TrackCode.End);
        track.SetBits(s_flags, TcpStates.HasUnacknowledged);
        code.Mark(notNew);
        track.IfClear(TrackCode.TcpFlags, AckFlag, done);
        track.IfClear(s_flags, TcpStates.HasMaxAcknowledgement, first);
        track.IfDistance(TrackCode.Acknowledgement, s_maxAcknowledgement, 0, JumpCondition.SignedLessOrEqual, done);
        code.Jump(set);
        code.Mark(first);
        track.SetBits(s_flags, TcpStates.HasMaxAcknowledgement);
        code.Mark(set);
        track.Copy(s_maxAcknowledgement, TrackCode.Acknowledgement);
        code.Mark(done);
    }

    private void EmitUpdateReceiver()
    {
        Assembler code = track.Code;
        Label inside = code.DefineLabel("inside"), notFurther = code.DefineLabel("not further"), store = code.DefineLabel("store"), done = code.DefineLabel("receiver done");
        track.If(s_otherMaxWindow, JumpCondition.Equal, 0, inside);
        track.IfDistance(TrackCode.End, s_maxEnd, 0, JumpCondition.SignedLessOrEqual, inside);
        track.Load(Register.R2, s_otherMaxWindow);
        code.Alu(AluOperation.Add, Register.R1, Register.R2, OperandWidth.Bits32);
        track.Store(s_otherMaxWindow, Register.R1);
        code.Mark(inside);
        track.Load(Register.R3, TrackCode.Sack);
        track.Load(Register.R2, s_scaled);
        code.Alu(AluOperation.Add, Register.R3, Register.R2, OperandWidth.Bits32);
        track.Load(Register.R1, s_otherMaxEnd);
        code.Move(Register.R4, Register.R3);
        code.Alu(AluOperation.Subtract, Register.R4, Register.R1, OperandWidth.Bits32);
        code.Alu(AluOperation.Add, Register.R4, 1, OperandWidth.Bits32);
        code.Jump(JumpCondition.SignedLessOrEqual, Register.R4, 0, notFurther, OperandWidth.Bits32);
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, store, OperandWidth.Bits32);
        code.Alu(AluOperation.Add, Register.R3, 1, OperandWidth.Bits32);
        code.Mark(store);
        track.Store(s_otherMaxEnd, Register.R3);
        code.Mark(notFurther);
        track.If(TrackCode.Acknowledgement, JumpCondition.NotEqual, s_otherEnd, done);
        track.ClearBits(s_otherFlags, TcpStates.HasUnacknowledged);
        code.Mark(done);
    }

    /// <summary>The same acknowledgement again and again.</summary>
    private void EmitRetransmission()
    {
        Assembler code = track.Code;
        Label another = code.DefineLabel("another"), done = code.DefineLabel("retransmission done");
        Slot count = TrackCode.InEntry(ConnectionEntry.Retransmissions, MemorySize.Byte);
        Slot direction = TrackCode.InEntry(ConnectionEntry.LastDirection, MemorySize.Byte);
        (Slot Last, Slot Now)[] numbers =
        [
            (direction, TrackCode.Direction),
            (TrackCode.InEntry(ConnectionEntry.LastSequence), TrackCode.Sequence),
            (TrackCode.InEntry(ConnectionEntry.LastAcknowledgement), TrackCode.Acknowledgement),
            (TrackCode.InEntry(ConnectionEntry.LastEnd), TrackCode.End),
            (TrackCode.InEntry(ConnectionEntry.LastWindow, MemorySize.Half), TrackCode.Window),
        ];
        track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Ack, done);
        foreach ((Slot last, Slot now) in numbers)
        {
            track.If(last, JumpCondition.NotEqual, now, another);
        }

        track.Load(Register.R1, count);
        code.Alu(AluOperation.Add, Register.R1, 1);
        track.Store(count, Register.R1);
        code.Jump(done);
        code.Mark(another);
        foreach ((Slot last, Slot now) in numbers)
        {
            track.Copy(last, now);
        }

        track.Set(count, 0);
        code.Mark(done);
    }

    /// <summary>Where the connection was picked up in its middle, windows are taken for unknown and nothing is refused; so where nothing is to be (nf_tcp_log_invalid).</summary>
    private void EmitOutside()
    {
        Assembler code = track.Code;
        code.Mark(_odd);
        EmitJumpIfLiberal();
        code.Jump(ignored);
        code.Mark(_bad);
        EmitJumpIfLiberal();
        EmitRefused();
        code.Jump(invalid);
    }

    private void EmitJumpIfLiberal()
    {
        track.IfSet(s_flags, TcpStates.IsLiberal, inWindow);
        track.IfSetting(TrackingTable.Liberal, JumpCondition.NotEqual, 0, inWindow);
    }

    /// <summary>A FIN or reset that was refused on both sides: entry and ends disagree, so the entry is not to live as long as an open one (nf_tcp_handle_invalid).</summary>
    private void EmitRefused()
    {
        Assembler code = track.Code;
        Slot lastIndex = TrackCode.InEntry(ConnectionEntry.LastIndex, MemorySize.Byte), lastDirection = TrackCode.InEntry(ConnectionEntry.LastDirection, MemorySize.Byte);
        Label note = code.DefineLabel("note refused"), closes = code.DefineLabel("closes"), shorten = code.DefineLabel("shorten");
        track.IfClear(TrackCode.InEntry(ConnectionEntry.Flags), ConnectionEntry.Assured, invalid);
        track.If(TrackCode.Kind, JumpCondition.Equal, TcpStates.Reset, closes);
        track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Fin, invalid);
        code.Mark(closes);
        track.If(lastDirection, JumpCondition.Equal, TrackCode.Direction, note);
        track.If(lastIndex, JumpCondition.Equal, TcpStates.Fin, shorten);
        track.If(lastIndex, JumpCondition.NotEqual, TcpStates.Reset, note);
        code.Mark(shorten);
        code.Call(Helper.Jiffies64);
        code.Load(MemorySize.DoubleWord, Register.R2, TrackCode.Entry, ConnectionEntry.Expires);
        code.Alu(AluOperation.Subtract, Register.R2, Register.R0);
        track.LoadTimeout(TrackingTable.Long);
        code.Jump(JumpCondition.SignedLess, Register.R2, Register.R1, invalid);
        track.LoadTimeout(TrackingTable.Unacknowledged);
        code.Jump(JumpCondition.SignedLessOrEqual, Register.R2, Register.R1, invalid);
        code.Alu(AluOperation.Add, Register.R1, Register.R0);
        code.Store(MemorySize.DoubleWord, TrackCode.Entry, ConnectionEntry.Expires, Register.R1);
        code.Jump(invalid);
        code.Mark(note);
        track.Copy(lastIndex, TrackCode.Kind);
        track.Copy(lastDirection, TrackCode.Direction);
    }
}
