using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// What a TCP packet does to its connection's entry (net/netfilter/nf_conntrack_proto_tcp.c, nf_conntrack_tcp_packet, Linux 6.x). The
/// packet's numbers are in the frame, R7 to R9 as <see cref="TrackCode"/> says.
/// </summary>
/// <param name="refreshed">The packet belongs to the connection, which lives on for the time-out in the frame.</param>
/// <param name="counted">It belongs to the connection, and ends it.</param>
/// <param name="accepted">It belongs to the connection, and changes nothing of its time; nor does it count.</param>
/// <param name="invalid">It does not, and has changed nothing that counts.</param>
/// <param name="reopened">The connection has ended, and the packet begins another.</param>
internal sealed class TcpTracker(TrackCode track, Label refreshed, Label counted, Label accepted, Label invalid, Label reopened)
{
    private static readonly Slot State = TrackCode.InEntry(ConnectionEntry.State, MemorySize.Byte);
    private static readonly Slot Flags = TrackCode.InEntry(ConnectionEntry.Flags);
    private static readonly Slot LastDirection = TrackCode.InEntry(ConnectionEntry.LastDirection, MemorySize.Byte);
    private static readonly Slot LastIndex = TrackCode.InEntry(ConnectionEntry.LastIndex, MemorySize.Byte);
    private static readonly Slot LastSequence = TrackCode.InEntry(ConnectionEntry.LastSequence);
    private static readonly Slot LastAcknowledgement = TrackCode.InEntry(ConnectionEntry.LastAcknowledgement);
    private static readonly Slot LastEnd = TrackCode.InEntry(ConnectionEntry.LastEnd);
    private static readonly Slot LastWindow = TrackCode.InEntry(ConnectionEntry.LastWindow, MemorySize.Half);
    private static readonly Slot LastScale = TrackCode.InEntry(ConnectionEntry.LastScale, MemorySize.Byte);
    private static readonly Slot LastFlags = TrackCode.InEntry(ConnectionEntry.LastFlags, MemorySize.Byte);

    private readonly Label _window = track.Code.DefineLabel("check the window"), _inWindow = track.Code.DefineLabel("in window");
    private readonly Label _ignored = track.Code.DefineLabel("ignored packet");

    internal void Emit()
    {
        EmitTransition();
        var window = new TcpWindow(track, _inWindow, accepted, invalid);
        track.Code.Mark(_window);
        window.Emit();
        track.Code.Mark(_inWindow);
        EmitInWindow();
    }

    private void EmitTransition()
    {
        Assembler code = track.Code;
        Label known = code.DefineLabel("known state");
        track.Load(Register.R1, State);
        code.Jump(JumpCondition.Less, Register.R1, TcpStates.Count, known);
        code.Jump(invalid);
        code.Mark(known);
        track.Store(TrackCode.Before, Register.R1);
        EmitAfter();
        EmitSwitch(Register.R1);
    }

    /// <summary>R1 = the state after, which R1 says the one before.</summary>
    private void EmitAfter()
    {
        Assembler code = track.Code;
        track.Load(Register.R2, TrackCode.Direction);
        code.Alu(AluOperation.Multiply, Register.R2, TcpStates.Kinds);
        track.Load(Register.R3, TrackCode.Kind);
        code.Alu(AluOperation.Add, Register.R2, Register.R3);
        code.Alu(AluOperation.Multiply, Register.R2, TcpStates.Count);
        code.Alu(AluOperation.Add, Register.R2, Register.R1);
        code.Alu(AluOperation.And, Register.R2, 127);
        code.LoadMapValue(Register.R1, WellKnownMaps.Tracking, TrackingTable.Transitions);
        code.Alu(AluOperation.Add, Register.R1, Register.R2);
        code.Load(MemorySize.Byte, Register.R1, Register.R1, 0);
        code.Alu(AluOperation.And, Register.R1, 15);
        track.Store(TrackCode.After, Register.R1);
    }

    private void EmitSwitch(Register after)
    {
        Assembler code = track.Code;
        Label sent = code.DefineLabel("SYN sent"), challenge = code.DefineLabel("time wait"), both = code.DefineLabel("SYN sent by both");
        Label received = code.DefineLabel("SYN received"), close = code.DefineLabel("close");
        code.Jump(JumpCondition.Equal, after, TcpStates.SynSent, sent);
        code.Jump(JumpCondition.Equal, after, TcpStates.Ignore, _ignored);
        code.Jump(JumpCondition.Equal, after, TcpStates.TimeWait, challenge);
        code.Jump(JumpCondition.Equal, after, TcpStates.SynSent2, both);
        code.Jump(JumpCondition.Equal, after, TcpStates.SynReceived, received);
        code.Jump(JumpCondition.Equal, after, TcpStates.Close, close);
        code.Jump(JumpCondition.GreaterOrEqual, after, TcpStates.Count, invalid);
        code.Jump(_window);
        code.Mark(sent);
        EmitSynSent();
        code.Mark(_ignored);
        EmitIgnored();
        code.Mark(challenge);
        EmitTimeWait();
        code.Mark(both);
        track.SetBits(LastFlags, TcpStates.IsSimultaneous);
        code.Jump(_window);
        code.Mark(received);
        EmitSynReceived();
        code.Mark(close);
        EmitClose();
    }

    /// <summary>A SYN after the end (RFC 1122 §4.2.2.13): the connection is another one where this one was closed or reset.</summary>
    private void EmitSynSent()
    {
        Assembler code = track.Code;
        Label kill = code.DefineLabel("reopen");
        track.If(TrackCode.Before, JumpCondition.Less, TcpStates.TimeWait, _window);
        track.IfSet(Side(TrackCode.Sender, ConnectionEntry.SideFlags), TcpStates.BeganClose, kill);
        track.IfSet(Side(TrackCode.Receiver, ConnectionEntry.SideFlags), TcpStates.BeganClose, kill);
        track.If(LastIndex, JumpCondition.NotEqual, TcpStates.Reset, _ignored);
        track.If(LastDirection, JumpCondition.NotEqual, TrackCode.Direction, _ignored);
        code.Mark(kill);
        track.EmitEnd();
        code.Jump(reopened);
    }

    /// <summary>The entry may be wrong about the connection: a SYN/ACK to a SYN that was ignored puts it right, all else is noted.</summary>
    private void EmitIgnored()
    {
        Assembler code = track.Code;
        Label note = code.DefineLabel("note"), noted = code.DefineLabel("noted"), noChallenge = code.DefineLabel("no challenge");
        track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.SynAck, note);
        track.If(LastIndex, JumpCondition.NotEqual, TcpStates.Syn, note);
        track.If(LastDirection, JumpCondition.Equal, TrackCode.Direction, note);
        track.If(TrackCode.Acknowledgement, JumpCondition.NotEqual, LastEnd, note);
        EmitResynchronize();
        code.Jump(_window);

        code.Mark(note);
        track.Copy(LastIndex, TrackCode.Kind);
        track.Copy(LastDirection, TrackCode.Direction);
        track.Copy(LastSequence, TrackCode.Sequence);
        track.Copy(LastEnd, TrackCode.End);
        track.Copy(LastWindow, TrackCode.Window);
        track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Syn, noted);
        track.If(TrackCode.Direction, JumpCondition.NotEqual, 0, noted);
        track.Copy(LastFlags, TrackCode.InFrame(TrackCode.OptionFlags, MemorySize.Byte));
        track.Copy(LastScale, TrackCode.InFrame(TrackCode.OptionScale, MemorySize.Byte));
        track.If(TrackCode.Before, JumpCondition.NotEqual, TcpStates.LastAck, noted);
        track.SetBits(LastFlags, TcpStates.ExpectsChallenge);
        code.Mark(noted);
        track.If(TrackCode.Before, JumpCondition.NotEqual, TcpStates.SynSent, noChallenge);
        track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Ack, noChallenge);
        track.If(TrackCode.Direction, JumpCondition.Equal, 0, noChallenge);
        track.Copy(LastAcknowledgement, TrackCode.Acknowledgement);
        code.Mark(noChallenge);
        code.Jump(accepted);
    }

    /// <summary>The other side is as its ignored SYN said; this one is not known yet, but of one picked up nothing is refused still.</summary>
    private void EmitResynchronize()
    {
        track.Set(TrackCode.Before, TcpStates.SynSent);
        track.Set(TrackCode.After, TcpStates.SynReceived);
        track.Copy(Side(TrackCode.Receiver, ConnectionEntry.End), LastEnd);
        track.Copy(Side(TrackCode.Receiver, ConnectionEntry.MaxEnd), LastEnd);
        track.CopyAtLeastOne(Side(TrackCode.Receiver, ConnectionEntry.MaxWindow), LastWindow);
        track.Copy(Side(TrackCode.Receiver, ConnectionEntry.Scale), LastScale);
        track.ClearBits(LastFlags, TcpStates.ExpectsChallenge);
        track.Copy(Side(TrackCode.Receiver, ConnectionEntry.SideFlags), LastFlags);
        track.Load(Register.R1, Side(TrackCode.Sender, ConnectionEntry.SideFlags));
        track.Code.Alu(AluOperation.And, Register.R1, TcpStates.IsLiberal);
        for (int at = 0; at < ConnectionEntry.SideSize; at += 8)
        {
            track.Code.StoreImmediate(MemorySize.DoubleWord, TrackCode.Sender, at, 0);
        }

        track.Store(Side(TrackCode.Sender, ConnectionEntry.SideFlags), Register.R1);
    }

    /// <summary>An ACK that challenges a SYN (RFC 5961 §4.2) acknowledges no FIN.</summary>
    private void EmitTimeWait()
    {
        track.If(TrackCode.Before, JumpCondition.NotEqual, TcpStates.LastAck, _window);
        track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Ack, _window);
        track.If(LastDirection, JumpCondition.Equal, TrackCode.Direction, _window);
        track.If(LastIndex, JumpCondition.NotEqual, TcpStates.Syn, _window);
        track.IfClear(LastFlags, TcpStates.ExpectsChallenge, _window);
        track.ClearBits(LastFlags, TcpStates.ExpectsChallenge);
        track.Code.Jump(accepted);
    }

    private void EmitSynReceived()
    {
        track.If(TrackCode.Direction, JumpCondition.Equal, 0, _window);
        track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Ack, _window);
        track.IfClear(LastFlags, TcpStates.IsSimultaneous, _window);
        track.Set(TrackCode.After, TcpStates.Established);
        track.Code.Jump(_window);
    }

    /// <summary>A reset: believed where it fits what has been acknowledged, or answers what was let through.</summary>
    private void EmitClose()
    {
        Assembler code = track.Code;
        Label answers = code.DefineLabel("does it answer"), notOpen = code.DefineLabel("not open");
        Label assured = code.DefineLabel("assured"), acknowledges = code.DefineLabel("acknowledges"), challenged = code.DefineLabel("challenged");
        Label keep = code.DefineLabel("keep");
        Slot maximum = Side(TrackCode.Receiver, ConnectionEntry.MaxAcknowledgement);
        track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Reset, _window);
        track.Load(Register.R1, State);
        code.Alu(AluOperation.Subtract, Register.R1, TcpStates.FinWait);
        code.Jump(JumpCondition.LessOrEqual, Register.R1, TcpStates.Close - TcpStates.FinWait, _inWindow);
        track.IfClear(Side(TrackCode.Receiver, ConnectionEntry.SideFlags), TcpStates.HasMaxAcknowledgement, answers);
        track.If(LastIndex, JumpCondition.Equal, TcpStates.Syn, answers);

        track.If(State, JumpCondition.NotEqual, TcpStates.Established, notOpen);
        track.IfClear(Flags, ConnectionEntry.Assured, notOpen);
        EmitRefuseOldReset(maximum);
        track.If(TrackCode.Sequence, JumpCondition.Equal, maximum, _window);
        track.If(LastIndex, JumpCondition.NotEqual, TcpStates.Ack, keep);
        track.If(LastDirection, JumpCondition.NotEqual, TrackCode.Direction, keep);
        track.If(TrackCode.Sequence, JumpCondition.Equal, LastEnd, _window);
        code.Mark(keep);
        track.Copy(TrackCode.After, TrackCode.Before);
        code.Jump(answers);
        code.Mark(notOpen);
        track.If(TrackCode.Sequence, JumpCondition.Equal, 0, _window);
        EmitRefuseOldReset(maximum);
        code.Jump(_window);

        code.Mark(answers);
        track.IfClear(Flags, ConnectionEntry.SeenReply, assured);
        track.If(LastDirection, JumpCondition.Equal, TrackCode.Direction, assured);
        track.If(LastIndex, JumpCondition.Equal, TcpStates.Syn, acknowledges);
        code.Mark(assured);
        track.IfSet(Flags, ConnectionEntry.Assured, challenged);
        track.If(LastIndex, JumpCondition.NotEqual, TcpStates.Ack, challenged);
        code.Mark(acknowledges);
        track.If(TrackCode.Acknowledgement, JumpCondition.Equal, LastEnd, _inWindow);
        code.Mark(challenged);
        track.If(TrackCode.Before, JumpCondition.NotEqual, TcpStates.SynSent, _window);
        track.If(LastIndex, JumpCondition.NotEqual, TcpStates.Ack, _window);
        track.If(LastDirection, JumpCondition.Equal, 0, _window);
        track.If(TrackCode.Sequence, JumpCondition.NotEqual, LastAcknowledgement, _window);
        code.Jump(_inWindow);
    }

    /// <summary>A reset of what has been acknowledged already, unless such ones are to be ignored.</summary>
    private void EmitRefuseOldReset(Slot maximum)
    {
        Label notOld = track.Code.DefineLabel("not old");
        track.IfDistance(TrackCode.Sequence, maximum, 0, JumpCondition.SignedGreaterOrEqual, notOld);
        track.IfSetting(TrackingTable.IgnoresInvalidResets, JumpCondition.Equal, 0, invalid);
        track.Code.Mark(notOld);
    }

    private void EmitInWindow()
    {
        Assembler code = track.Code;
        Label stays = code.DefineLabel("state stays"), refresh = code.DefineLabel("refresh"), replied = code.DefineLabel("replied"), renew = code.DefineLabel("renew");
        track.Copy(LastIndex, TrackCode.Kind);
        track.Copy(LastDirection, TrackCode.Direction);
        track.Copy(State, TrackCode.After);
        track.If(TrackCode.Before, JumpCondition.Equal, TrackCode.After, stays);
        track.If(TrackCode.After, JumpCondition.NotEqual, TcpStates.FinWait, stays);
        track.SetBits(Side(TrackCode.Sender, ConnectionEntry.SideFlags), TcpStates.BeganClose);
        code.Mark(stays);
        EmitTimeout();

        track.IfSet(Flags, ConnectionEntry.SeenReply, replied);
        track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Reset, renew);
        track.EmitEnd();
        code.Jump(counted);
        code.Mark(renew);
        Label isFirst = code.DefineLabel("not a SYN again");
        track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Syn, isFirst);
        track.If(TrackCode.Before, JumpCondition.Equal, TcpStates.SynSent, accepted);
        code.Mark(isFirst);
        track.If(TrackCode.After, JumpCondition.NotEqual, TcpStates.Established, refresh);
        track.LimitTimeout(TrackingTable.Unacknowledged, refresh);
        code.Jump(refresh);

        code.Mark(replied);
        track.If(TrackCode.After, JumpCondition.NotEqual, TcpStates.Established, refresh);
        Label assure = code.DefineLabel("assure");
        track.If(TrackCode.Before, JumpCondition.Equal, TcpStates.SynReceived, assure);
        track.If(TrackCode.Before, JumpCondition.NotEqual, TcpStates.Established, refresh);
        code.Mark(assure);
        track.SetBits(Flags, ConnectionEntry.Assured);
        code.Mark(refresh);
        code.Jump(refreshed);
    }

    private void EmitTimeout()
    {
        Assembler code = track.Code;
        Label chosen = code.DefineLabel("time-out chosen"), notRepeated = code.DefineLabel("not repeated"), limit = code.DefineLabel("unacknowledged");
        Label noReset = code.DefineLabel("no reset"), window = code.DefineLabel("window");
        track.Load(Register.R2, TrackCode.After);
        code.Alu(AluOperation.And, Register.R2, 15);
        code.Alu(AluOperation.ShiftLeft, Register.R2, 2);
        code.LoadMapValue(Register.R1, WellKnownMaps.Tracking, TrackingTable.Timeouts);
        code.Alu(AluOperation.Add, Register.R1, Register.R2);
        code.Load(MemorySize.Word, Register.R1, Register.R1, 0);
        track.Store(TrackCode.Timeout, Register.R1);

        track.LoadSetting(Register.R2, TrackingTable.MostRetransmissions);
        track.Load(Register.R1, TrackCode.InEntry(ConnectionEntry.Retransmissions, MemorySize.Byte));
        code.Jump(JumpCondition.Less, Register.R1, Register.R2, notRepeated, OperandWidth.Bits32);
        track.LimitTimeout(TrackingTable.Retransmitted, notRepeated);
        code.Jump(chosen);
        code.Mark(notRepeated);
        // A reset that closes nothing, since its sequence number is only near, may be anyone's.
        track.If(TrackCode.Kind, JumpCondition.NotEqual, TcpStates.Reset, noReset);
        track.If(TrackCode.After, JumpCondition.NotEqual, TcpStates.Established, noReset);
        track.LimitTimeout(TrackingTable.Unacknowledged, noReset);
        code.Jump(chosen);
        code.Mark(noReset);
        track.IfSet(Side(TrackCode.Sender, ConnectionEntry.SideFlags), TcpStates.HasUnacknowledged, limit);
        track.IfClear(Side(TrackCode.Receiver, ConnectionEntry.SideFlags), TcpStates.HasUnacknowledged, window);
        code.Mark(limit);
        track.LimitTimeout(TrackingTable.Unacknowledged, window);
        code.Jump(chosen);
        code.Mark(window);
        track.If(LastWindow, JumpCondition.NotEqual, 0, chosen);
        track.LimitTimeout(TrackingTable.Retransmitted, chosen);
        code.Mark(chosen);
    }

    internal static Slot Side(Register side, int at) =>
        new(side, at, at >= ConnectionEntry.Scale ? MemorySize.Byte : MemorySize.Word);
}
