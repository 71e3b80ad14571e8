using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// Looks at an SCTP packet's chunks before its association is known: which ones there are, and whether they may stand together
/// (net/netfilter/nf_conntrack_proto_sctp.c, do_basic_checks). A bpf_loop (kernel 5.17).
/// </summary>
internal sealed class SctpChunkCheck(TrackCode track, PacketReads reads)
{
    private const int Alone = (1 << SctpStates.Init) | (1 << SctpStates.InitAck) | (1 << SctpStates.ShutdownComplete);
    private const int First = (1 << SctpStates.CookieEcho) | (1 << SctpStates.CookieAck);

    private readonly Label _turn = track.Code.DefineLabel("sctp_check_turn");

    /// <summary>The common header is in the buffer, and what chunks there are in the frame. Loses R0 to R5.</summary>
    internal void Emit(Label invalid)
    {
        track.If(TrackCode.InKey(PacketKey.TransportLength, MemorySize.Half), JumpCondition.Less, SctpFrame.HeaderBytes, invalid);
        SctpFrame.EmitOpen(track, reads, invalid);

        // 0, of which the verifier does not know it.
        track.Copy(SctpFrame.ChunkTypes, TrackCode.InFrame(TrackCode.OptionAt, MemorySize.Byte));
        SctpFrame.EmitLoop(track, _turn);
        track.If(TrackCode.InFrame(SctpFrame.Refused, MemorySize.Byte), JumpCondition.NotEqual, 0, invalid);
        track.If(SctpFrame.ChunkTypes, JumpCondition.Equal, 0, invalid);
    }

    internal void EmitTurn()
    {
        const Register Length = Register.R1, Type = Register.R1, Bit = Register.R2, Before = Register.R3, Now = Register.R4;
        Assembler code = track.Code;
        Label known = code.DefineLabel("type known"), next = code.DefineLabel("next chunk"), refused = code.DefineLabel("refused chunk"), end = code.DefineLabel("no chunk");
        SctpFrame.EmitBegin(code, "sctp_check_turn", _turn, end);
        code.Jump(JumpCondition.Equal, Length, 0, refused);
        code.Load(MemorySize.Byte, Type, Register.R6, SctpFrame.Chunk);
        code.Jump(JumpCondition.LessOrEqual, Type, SctpStates.LastType, known);
        code.Move(Type, SctpStates.LastType);
        code.Mark(known);
        code.Move(Bit, 1);
        code.Alu(AluOperation.ShiftLeft, Bit, Type);
        code.Load(MemorySize.Word, Before, Register.R6, TrackCode.KindAt);
        code.Move(Now, Before);
        code.Alu(AluOperation.Or, Now, Bit);
        code.Store(MemorySize.Word, Register.R6, TrackCode.KindAt, Now);
        code.Jump(JumpCondition.Equal, Before, 0, next);
        code.Jump(JumpCondition.Set, Now, Alone, refused);
        code.Jump(JumpCondition.Set, Bit, First, refused);
        SctpFrame.EmitEnd(code, next, refused, end);
    }
}
