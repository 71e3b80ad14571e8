using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// What an SCTP packet does to its association's entry, and which packets may begin one (net/netfilter/nf_conntrack_proto_sctp.c,
/// nf_conntrack_sctp_packet, sctp_new, Linux 6.x). All chunks are gone through in the frame (<see cref="SctpFrame"/>), with what the entry
/// says or, for an association that has none, with what the first packet says; the entry then gets what came of it.
/// </summary>
internal sealed class SctpTracker
{
    /// <summary>With one of these chunks a packet begins no association (RFC 9260 §8.4); nor with a type that has no part in states.</summary>
    private const int NeverFirst = (1 << SctpStates.Abort) | (1 << SctpStates.ShutdownComplete) | (1 << SctpStates.CookieAck)
        | (1 << SctpStates.Data) | (1 << Sack) | (1 << CongestionEcho) | (1 << CongestionReduced) | (1 << SctpStates.LastType);

    private const int Sack = 3, CongestionEcho = 12, CongestionReduced = 13;

    /// <summary>With one of these the tag is looked at chunk by chunk, or not at all.</summary>
    private const int OtherTagRules = (1 << SctpStates.Init) | (1 << SctpStates.ShutdownComplete) | (1 << SctpStates.CookieEcho) | (1 << SctpStates.Abort)
        | (1 << SctpStates.ShutdownAck) | (1 << SctpStates.Heartbeat) | (1 << SctpStates.HeartbeatAck);

    private static readonly Slot OwnTag = TrackCode.InFrame(SctpFrame.OwnTag), PeerTag = TrackCode.InFrame(SctpFrame.PeerTag);
    private static readonly Slot Chunks = SctpFrame.ChunkTypes, Tag = TrackCode.InFrame(SctpFrame.Tag);
    private static readonly Slot State = TrackCode.InFrame(SctpFrame.State, MemorySize.Byte), Flags = TrackCode.InFrame(SctpFrame.Flags, MemorySize.Byte);
    private static readonly Slot Refused = TrackCode.InFrame(SctpFrame.Refused, MemorySize.Byte);

    // In the entry, where TCP has other things.
    private static readonly Slot EntryState = TrackCode.InEntry(ConnectionEntry.State, MemorySize.Byte);
    private static readonly Slot LastDirection = TrackCode.InEntry(ConnectionEntry.LastDirection, MemorySize.Byte);
    private static readonly Slot HeartbeatFailed = TrackCode.InEntry(ConnectionEntry.LastFlags, MemorySize.Byte);

    private readonly TrackCode _track;
    private readonly PacketReads _reads;
    private readonly Assembler _code;
    private readonly Label _invalid;
    private readonly SctpChunkCheck _check;
    private readonly SctpChunkWalk _walk;

    internal SctpTracker(TrackCode track, PacketReads reads, Label invalid)
    {
        (_track, _reads, _code, _invalid) = (track, reads, track.Code, invalid);
        _check = new(track, reads);
        _walk = new(track);
    }

    /// <summary>Reads the packet, before its connection is looked up. Loses R0 to R5.</summary>
    internal void EmitHeader() => _check.Emit(_invalid);

    /// <summary>Goes on where the packet, whose association is not in the table, may begin one. Loses R0 to R5.</summary>
    internal void EmitFirst()
    {
        _track.IfSet(Chunks, NeverFirst, _invalid);
        _track.SetZeroUnseen(TrackCode.Direction);
        SctpFrame.EmitOpen(_track, _reads, _invalid);
        EmitNew();
        EmitWalk();
        _track.If(Refused, JumpCondition.NotEqual, 0, _invalid);
    }

    /// <summary>What the packet does to its entry.</summary>
    /// <param name="refreshed">The association lives on for the time-out in the frame.</param>
    /// <param name="accepted">The packet belongs to it, and changes nothing of its time; nor does it count.</param>
    /// <param name="emitSides">Gives the context up for both sides of the entry.</param>
    internal void EmitPacket(Action emitSides, Label refreshed, Label accepted)
    {
        Label made = _code.DefineLabel("association is new"), known = _code.DefineLabel("association known"), assured = _code.DefineLabel("assured as it was");
        SctpFrame.EmitOpen(_track, _reads, _invalid);
        emitSides();
        _track.If(EntryState, JumpCondition.Equal, SctpStates.None, made);
        EmitLoad();
        _code.Jump(known);
        _code.Mark(made);
        EmitNew();
        _code.Mark(known);
        EmitWalk();
        EmitStore();
        _track.IfClear(Flags, SctpFrame.Assures, assured);
        _track.SetBits(TrackCode.InEntry(ConnectionEntry.Flags), ConnectionEntry.Assured);
        _code.Mark(assured);
        _track.If(Refused, JumpCondition.NotEqual, 0, _invalid);
        _track.IfSet(Flags, SctpFrame.Ignored, accepted);
        EmitTimeout();
        _code.Jump(refreshed);
    }

    internal void EmitTurns()
    {
        _check.EmitTurn();
        _walk.EmitTurn();
    }

    private static Slot TagOf(Register side) => TcpTracker.Side(side, ConnectionEntry.End);

    private static Slot InitOf(Register side) => TcpTracker.Side(side, ConnectionEntry.SideFlags);

    /// <summary>
    /// What the first packet says of tags: a HEARTBEAT goes another way of an association that is open, and who sends a SHUTDOWN ACK that
    /// nobody expects is answered with its own tag. INIT tells the other one itself. State and flags are 0, as the frame begins; the verifier
    /// knows neither these nor the tags.
    /// </summary>
    private void EmitNew()
    {
        Label notHeartbeat = _code.DefineLabel("no heartbeat"), notShutdown = _code.DefineLabel("no shutdown ack");
        _track.Load(Register.R1, TrackCode.InFrame(TrackCode.OptionAt, MemorySize.Byte));
        _code.Move(Register.R2, Register.R1);
        _track.Load(Register.R4, Tag);
        _track.Load(Register.R3, Chunks);
        _code.Alu(AluOperation.And, Register.R3, SctpFrame.Bit(SctpStates.Heartbeat));
        _code.Jump(JumpCondition.Equal, Register.R3, 0, notHeartbeat);
        _code.Move(Register.R1, Register.R4);
        _code.Mark(notHeartbeat);
        _track.Load(Register.R3, Chunks);
        _code.Alu(AluOperation.And, Register.R3, SctpFrame.Bit(SctpStates.ShutdownAck));
        _code.Jump(JumpCondition.Equal, Register.R3, 0, notShutdown);
        _code.Move(Register.R2, Register.R4);
        _code.Mark(notShutdown);
        _track.Store(OwnTag, Register.R1);
        _track.Store(PeerTag, Register.R2);
    }

    private void EmitLoad()
    {
        _track.Copy(OwnTag, TagOf(TrackCode.Sender));
        _track.Copy(PeerTag, TagOf(TrackCode.Receiver));
        _track.Copy(State, EntryState);
        _track.Load(Register.R1, LastDirection);
        _track.Load(Register.R2, TrackCode.Direction);
        _code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        _code.Alu(AluOperation.Xor, Register.R1, 1);
        _code.Alu(AluOperation.And, Register.R1, 1);
        AddBit(HeartbeatFailed);
        AddBit(InitOf(TrackCode.Receiver));
        AddBit(InitOf(TrackCode.Sender));
        _track.Store(Flags, Register.R1);
    }

    /// <summary>R1 = R1 times two, plus a bit. Loses R2.</summary>
    private void AddBit(Slot slot)
    {
        _code.Alu(AluOperation.ShiftLeft, Register.R1, 1);
        _track.Load(Register.R2, slot);
        _code.Alu(AluOperation.And, Register.R2, 1);
        _code.Alu(AluOperation.Or, Register.R1, Register.R2);
    }

    /// <summary>The other way round.</summary>
    private void EmitStore()
    {
        _track.Copy(TagOf(TrackCode.Sender), OwnTag);
        _track.Copy(TagOf(TrackCode.Receiver), PeerTag);
        _track.Copy(EntryState, State);
        _track.Load(Register.R1, Flags);
        TakeBit(InitOf(TrackCode.Sender));
        TakeBit(InitOf(TrackCode.Receiver));
        TakeBit(HeartbeatFailed);
        _track.Load(Register.R2, TrackCode.Direction);
        _code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        _code.Alu(AluOperation.Xor, Register.R1, 1);
        _code.Alu(AluOperation.And, Register.R1, 1);
        _track.Store(LastDirection, Register.R1);
    }

    private void TakeBit(Slot slot)
    {
        _code.Move(Register.R2, Register.R1);
        _code.Alu(AluOperation.And, Register.R2, 1);
        _track.Store(slot, Register.R2);
        _code.Alu(AluOperation.ShiftRight, Register.R1, 1);
    }

    /// <summary>RFC 9260 §8.5, and what chunks do.</summary>
    private void EmitWalk()
    {
        Label fits = _code.DefineLabel("tag fits");
        _track.IfSet(Chunks, OtherTagRules, fits);
        _track.If(Tag, JumpCondition.NotEqual, OwnTag, _invalid);
        _code.Mark(fits);
        _walk.Emit();
    }

    private void EmitTimeout()
    {
        _track.Load(Register.R2, State);
        _code.Alu(AluOperation.And, Register.R2, (1 << SctpStates.StateBits) - 1);
        _code.Alu(AluOperation.ShiftLeft, Register.R2, 2);
        _code.LoadMapValue(Register.R1, WellKnownMaps.Tracking, TrackingTable.Timeouts + (4 * TrackingTable.SctpFirst));
        _code.Alu(AluOperation.Add, Register.R1, Register.R2);
        _code.Load(MemorySize.Word, Register.R1, Register.R1, 0);
        _track.Store(TrackCode.Timeout, Register.R1);
    }
}
