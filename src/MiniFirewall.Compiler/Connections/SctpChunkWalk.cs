using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// What each chunk of an SCTP packet does to the state and the tags of its association, which are in the frame
/// (net/netfilter/nf_conntrack_proto_sctp.c, nf_conntrack_sctp_packet). A bpf_loop (kernel 5.17). What chunks before a refused one have
/// changed stays changed.
/// </summary>
internal sealed class SctpChunkWalk(TrackCode track)
{
    private const Register Frame = Register.R6, Type = Register.R7, Tag = Register.R8, After = Register.R8;

    /// <summary>The T bit of ABORT and SHUTDOWN COMPLETE: its sender knows no tag but the one that it was sent.</summary>
    private const int HasPeersTag = 1;

    private readonly Assembler _code = track.Code;
    private readonly Label _turn = track.Code.DefineLabel("sctp_chunk_turn"), _look = track.Code.DefineLabel("look up state");
    private readonly Label _next = track.Code.DefineLabel("next chunk"), _refused = track.Code.DefineLabel("refused chunk");

    /// <summary>Loses R0 to R5.</summary>
    internal void Emit() => SctpFrame.EmitLoop(track, _turn);

    internal void EmitTurn()
    {
        Label end = _code.DefineLabel("no chunk");
        SctpFrame.EmitBegin(_code, "sctp_chunk_turn", _turn, end);
        _code.Load(MemorySize.Byte, Type, Frame, SctpFrame.Chunk);
        _code.Jump(JumpCondition.GreaterOrEqual, Type, SctpStates.LastType, _next);
        _code.Load(MemorySize.Word, Tag, Frame, SctpFrame.Tag);
        EmitTagCheck();
        _code.Mark(_look);
        EmitAfter();
        EmitInitiation();
        EmitChange();
        SctpFrame.EmitEnd(_code, _next, _refused, end);
    }

    /// <summary>RFC 9260 §8.5.1; the tag of other packets has been looked at before.</summary>
    private void EmitTagCheck()
    {
        Label init = _code.DefineLabel("init"), either = _code.DefineLabel("either tag"), own = _code.DefineLabel("own tag"), peers = _code.DefineLabel("peer's tag");
        Label cookie = _code.DefineLabel("cookie ack"), heartbeat = _code.DefineLabel("heartbeat"), answer = _code.DefineLabel("heartbeat ack");
        _code.Jump(JumpCondition.Equal, Type, SctpStates.Init, init);
        _code.Jump(JumpCondition.Equal, Type, SctpStates.Abort, either);
        _code.Jump(JumpCondition.Equal, Type, SctpStates.ShutdownComplete, either);
        _code.Jump(JumpCondition.Equal, Type, SctpStates.CookieEcho, own);
        _code.Jump(JumpCondition.Equal, Type, SctpStates.CookieAck, cookie);
        _code.Jump(JumpCondition.Equal, Type, SctpStates.Heartbeat, heartbeat);
        _code.Jump(JumpCondition.Equal, Type, SctpStates.HeartbeatAck, answer);
        _code.Jump(_look);

        _code.Mark(init);
        _code.Jump(JumpCondition.NotEqual, Tag, 0, _refused);
        _code.Jump(_look);
        _code.Mark(either);
        _code.Load(MemorySize.Byte, Register.R1, Frame, SctpFrame.Chunk + 1);
        _code.Jump(JumpCondition.Set, Register.R1, HasPeersTag, peers);
        _code.Mark(own);
        EmitJumpUnlessTag(SctpFrame.OwnTag, _refused);
        _code.Jump(_look);
        _code.Mark(peers);
        EmitJumpUnlessTag(SctpFrame.PeerTag, _refused);
        _code.Jump(_look);

        _code.Mark(cookie);
        ClearFlags(SctpFrame.OwnInit | SctpFrame.PeerInit);
        _code.Jump(_look);
        _code.Mark(heartbeat);
        EmitHeartbeat(isAnswer: false);
        _code.Mark(answer);
        EmitHeartbeat(isAnswer: true);
    }

    /// <summary>
    /// A HEARTBEAT tells the tag of a way that is not known yet. Where another one is known, it changes nothing by itself, but if the other
    /// side answers with a tag that is another one too, the association is not the one that was known.
    /// </summary>
    private void EmitHeartbeat(bool isAnswer)
    {
        Label known = _code.DefineLabel("tag known"), differs = _code.DefineLabel("another tag");
        _code.Load(MemorySize.Word, Register.R1, Frame, SctpFrame.OwnTag);
        _code.Jump(JumpCondition.NotEqual, Register.R1, 0, known);
        _code.Store(MemorySize.Word, Frame, SctpFrame.OwnTag, Tag);
        _code.Jump(_look);
        _code.Mark(known);
        _code.Jump(JumpCondition.NotEqual, Register.R1, Tag, differs);
        ClearFlags(SctpFrame.HeartbeatFailed);
        _code.Jump(_look);

        _code.Mark(differs);
        _code.Load(MemorySize.Word, Register.R1, Frame, TrackCode.KindAt);
        _code.Jump(JumpCondition.Set, Register.R1, SctpFrame.Bit(SctpStates.Data), _refused);
        _code.Load(MemorySize.Byte, Register.R1, Frame, SctpFrame.Flags);
        _code.Jump(JumpCondition.Set, Register.R1, SctpFrame.Ignored, _refused);
        if (!isAnswer)
        {
            _code.Alu(AluOperation.Or, Register.R1, SctpFrame.HeartbeatFailed | SctpFrame.LastIsSame | SctpFrame.Ignored);
            _code.Store(MemorySize.Byte, Frame, SctpFrame.Flags, Register.R1);
            _code.Jump(_next);
            return;
        }

        _code.Jump(JumpCondition.Set, Register.R1, SctpFrame.LastIsSame, _refused);
        _code.Alu(AluOperation.Xor, Register.R1, SctpFrame.HeartbeatFailed);
        _code.Jump(JumpCondition.Set, Register.R1, SctpFrame.HeartbeatFailed, _refused);
        _code.Store(MemorySize.Byte, Frame, SctpFrame.Flags, Register.R1);
        _code.Store(MemorySize.Word, Frame, SctpFrame.OwnTag, Tag);
        _code.StoreImmediate(MemorySize.Word, Frame, SctpFrame.PeerTag, 0);
        _code.Jump(_look);
    }

    private void EmitJumpUnlessTag(int at, Label other)
    {
        _code.Load(MemorySize.Word, Register.R1, Frame, at);
        _code.Jump(JumpCondition.NotEqual, Register.R1, Tag, other);
    }

    private void ClearFlags(int flags)
    {
        _code.Load(MemorySize.Byte, Register.R1, Frame, SctpFrame.Flags);
        _code.Alu(AluOperation.And, Register.R1, ~flags);
        _code.Store(MemorySize.Byte, Frame, SctpFrame.Flags, Register.R1);
    }

    /// <summary>The state after, which takes the tag's register.</summary>
    private void EmitAfter()
    {
        // Read once more, so that the verifier does not follow what is behind for each type that has been asked for.
        _code.Load(MemorySize.Byte, Type, Frame, SctpFrame.Chunk);
        _code.Load(MemorySize.Word, Register.R1, Frame, TrackCode.DirectionAt);
        _code.Alu(AluOperation.And, Register.R1, 1);
        _code.Alu(AluOperation.ShiftLeft, Register.R1, SctpStates.DirectionShift);
        _code.Move(Register.R2, Type);
        _code.Alu(AluOperation.ShiftLeft, Register.R2, SctpStates.TypeShift);
        _code.Alu(AluOperation.Or, Register.R1, Register.R2);
        _code.Load(MemorySize.Byte, Register.R2, Frame, SctpFrame.State);
        _code.Alu(AluOperation.And, Register.R2, (1 << SctpStates.StateBits) - 1);
        _code.Alu(AluOperation.Or, Register.R1, Register.R2);
        _code.Alu(AluOperation.And, Register.R1, SctpStates.TransitionBytes - 1);
        _code.LoadMapValue(Register.R2, WellKnownMaps.Tracking, TrackingTable.SctpTransitions);
        _code.Alu(AluOperation.Add, Register.R2, Register.R1);
        _code.Load(MemorySize.Byte, After, Register.R2, 0);
        _code.Jump(JumpCondition.GreaterOrEqual, After, SctpStates.Count, _refused);
    }

    /// <summary>INIT and INIT ACK tell the tag of what comes back.</summary>
    private void EmitInitiation()
    {
        Label isInit = _code.DefineLabel("is an init"), isAnswer = _code.DefineLabel("is an init ack"), done = _code.DefineLabel("initiation done");
        _code.Jump(JumpCondition.Equal, Type, SctpStates.Init, isInit);
        _code.Jump(JumpCondition.NotEqual, Type, SctpStates.InitAck, done);
        EmitReadInitiation();
        _code.Load(MemorySize.Word, Register.R2, Frame, SctpFrame.PeerTag);
        _code.Jump(JumpCondition.Equal, Register.R1, Register.R2, isAnswer);
        _code.Load(MemorySize.Byte, Register.R3, Frame, SctpFrame.Flags);
        _code.Alu(AluOperation.And, Register.R3, SctpFrame.OwnInit | SctpFrame.PeerInit);
        _code.Jump(JumpCondition.Equal, Register.R3, SctpFrame.OwnInit | SctpFrame.PeerInit, _refused);
        _code.Jump(JumpCondition.Equal, Register.R3, SctpFrame.PeerInit, isAnswer);
        _code.Jump(JumpCondition.NotEqual, Register.R2, 0, _refused);
        _code.Mark(isAnswer);
        _code.Store(MemorySize.Word, Frame, SctpFrame.PeerTag, Register.R1);
        _code.Jump(done);

        _code.Mark(isInit);
        EmitReadInitiation();
        EmitInit();
        _code.Mark(done);
    }

    /// <summary>An INIT that tells the tag that is known may be an old one, and is none to answer. The tag is in R1.</summary>
    private void EmitInit()
    {
        Label noted = _code.DefineLabel("init noted"), one = _code.DefineLabel("one side's init"), record = _code.DefineLabel("record init");
        _code.Load(MemorySize.Word, Register.R2, Frame, SctpFrame.PeerTag);
        _code.Store(MemorySize.Word, Frame, SctpFrame.PeerTag, Register.R1);
        _code.Move(Register.R3, Register.R1);
        _code.Load(MemorySize.Byte, Register.R1, Frame, SctpFrame.Flags);
        _code.Load(MemorySize.Byte, Register.R4, Frame, SctpFrame.State);
        _code.Jump(JumpCondition.Equal, Register.R4, SctpStates.None, record);
        _code.Jump(JumpCondition.Equal, Register.R2, Register.R3, noted);
        _code.Mark(record);
        _code.Move(Register.R2, Register.R1);
        _code.Alu(AluOperation.And, Register.R2, SctpFrame.OwnInit | SctpFrame.PeerInit);
        _code.Jump(JumpCondition.NotEqual, Register.R2, SctpFrame.OwnInit | SctpFrame.PeerInit, one);
        _code.Alu(AluOperation.And, Register.R1, ~SctpFrame.PeerInit);
        _code.Mark(one);
        _code.Alu(AluOperation.Or, Register.R1, SctpFrame.OwnInit);
        _code.Mark(noted);
        EmitIgnoreAgain();
    }

    /// <summary>An INIT that finds the association closed, and leaves it so, does not make it live longer: its ports are to become free. The flags are in R1.</summary>
    private void EmitIgnoreAgain()
    {
        Label counts = _code.DefineLabel("counts");
        _code.Load(MemorySize.Byte, Register.R2, Frame, SctpFrame.State);
        _code.Jump(JumpCondition.NotEqual, Register.R2, SctpStates.Closed, counts);
        _code.Jump(JumpCondition.NotEqual, After, SctpStates.Closed, counts);
        _code.Alu(AluOperation.Or, Register.R1, SctpFrame.Ignored);
        _code.Mark(counts);
        _code.Store(MemorySize.Byte, Frame, SctpFrame.Flags, Register.R1);
    }

    /// <summary>R1 = the tag that an INIT or INIT ACK tells. Loses R0 to R5.</summary>
    private void EmitReadInitiation()
    {
        SctpFrame.EmitRead(_code, SctpFrame.Initiation, SctpFrame.InitiationBytes, SctpFrame.ChunkBytes, _refused);
        _code.Load(MemorySize.Word, Register.R1, Frame, SctpFrame.Initiation);
    }

    private void EmitChange()
    {
        _code.Load(MemorySize.Byte, Register.R1, Frame, SctpFrame.State);
        _code.Store(MemorySize.Byte, Frame, SctpFrame.State, After);
        _code.Jump(JumpCondition.Equal, Register.R1, After, _next);
        _code.Jump(JumpCondition.NotEqual, After, SctpStates.Established, _next);
        _code.Load(MemorySize.Byte, Register.R1, Frame, SctpFrame.Flags);
        _code.Alu(AluOperation.Or, Register.R1, SctpFrame.Assures);
        _code.Store(MemorySize.Byte, Frame, SctpFrame.Flags, Register.R1);
    }
}
