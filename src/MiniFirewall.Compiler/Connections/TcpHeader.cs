using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>Reads a TCP header into the frame and refuses what no TCP sends (nf_conntrack_proto_tcp.c, tcp_error, get_conntrack_index).</summary>
internal sealed class TcpHeader(TrackCode track, PacketReads reads, TcpOptionWalk options)
{
    private const Register DataOffset = Register.R8, Flags = Register.R9;

    internal void Emit(Label invalid)
    {
        Label walked = track.Code.DefineLabel("options walked");
        track.If(TrackCode.InKey(PacketKey.TransportLength, MemorySize.Half), JumpCondition.Less, TrackCode.HeaderBytes, invalid);
        reads.EmitHeader(TrackCode.HeaderBytes, invalid);
        EmitCheck(invalid);
        EmitNumbers();
        EmitEnd();
        EmitKind();
        reads.EmitOptions(walked, invalid);
        options.EmitWalk();
        track.Code.Mark(walked);
    }

    private void EmitCheck(Label invalid)
    {
        const int Known = 0x37;
        Assembler code = track.Code;
        code.Load(MemorySize.Byte, DataOffset, Register.R10, TrackCode.Buffer + 12 - TrackCode.FrameBytes);
        code.Alu(AluOperation.ShiftRight, DataOffset, 4);
        code.Alu(AluOperation.ShiftLeft, DataOffset, 2);
        code.Jump(JumpCondition.Less, DataOffset, TrackCode.HeaderBytes, invalid);
        track.Load(Register.R1, TrackCode.InKey(PacketKey.TransportLength, MemorySize.Half));
        code.Jump(JumpCondition.Greater, DataOffset, Register.R1, invalid);
        track.Load(Flags, TrackCode.TcpFlags);
        code.Move(Register.R1, Flags);
        code.Alu(AluOperation.And, Register.R1, Known);
        code.LoadConstant(Register.R2, TcpStates.ValidFlags);
        code.Alu(AluOperation.ShiftRight, Register.R2, Register.R1);
        code.Alu(AluOperation.And, Register.R2, 1);
        code.Jump(JumpCondition.Equal, Register.R2, 0, invalid);
    }

    private void EmitNumbers()
    {
        Assembler code = track.Code;
        EmitNumber(4, MemorySize.Word, 32, TrackCode.Sequence);
        EmitNumber(8, MemorySize.Word, 32, TrackCode.Acknowledgement);
        track.Store(TrackCode.Sack, Register.R1);
        EmitNumber(14, MemorySize.Half, 16, TrackCode.Window);
        code.Move(Register.R1, DataOffset);
        code.Alu(AluOperation.Subtract, Register.R1, TrackCode.HeaderBytes);
        track.Store(TrackCode.InFrame(TrackCode.OptionLength, MemorySize.Byte), Register.R1);
    }

    private void EmitNumber(int from, MemorySize size, int bits, Slot to)
    {
        track.Code.Load(size, Register.R1, Register.R10, TrackCode.Buffer + from - TrackCode.FrameBytes);
        track.Code.ToBigEndian(Register.R1, bits);
        track.Store(to, Register.R1);
    }

    /// <summary>The sequence number behind the segment: SYN and FIN take one each (RFC 9293 §3.4).</summary>
    private void EmitEnd()
    {
        Assembler code = track.Code;
        code.Load(MemorySize.DoubleWord, Register.R1, TrackCode.Context, 8);
        code.LoadMember(MemorySize.Word, Register.R2, Register.R1, "sk_buff", "len");
        track.Load(Register.R1, TrackCode.InKey(PacketKey.TransportOffset, MemorySize.Word));
        code.Alu(AluOperation.Subtract, Register.R2, Register.R1, OperandWidth.Bits32);
        code.Alu(AluOperation.Subtract, Register.R2, DataOffset, OperandWidth.Bits32);
        code.Move(Register.R1, Flags);
        code.Alu(AluOperation.And, Register.R1, 1);
        code.Alu(AluOperation.Add, Register.R2, Register.R1, OperandWidth.Bits32);
        code.Move(Register.R1, Flags);
        code.Alu(AluOperation.ShiftRight, Register.R1, 1);
        code.Alu(AluOperation.And, Register.R1, 1);
        code.Alu(AluOperation.Add, Register.R2, Register.R1, OperandWidth.Bits32);
        track.Load(Register.R1, TrackCode.Sequence);
        code.Alu(AluOperation.Add, Register.R2, Register.R1, OperandWidth.Bits32);
        track.Store(TrackCode.End, Register.R2);
    }

    private void EmitKind()
    {
        Assembler code = track.Code;
        Label known = code.DefineLabel("kind known"), syn = code.DefineLabel("kind SYN");
        code.Move(Register.R1, TcpStates.Reset);
        code.Jump(JumpCondition.Set, Flags, 4, known);
        code.Jump(JumpCondition.Set, Flags, 2, syn);
        code.Move(Register.R1, TcpStates.Fin);
        code.Jump(JumpCondition.Set, Flags, 1, known);
        code.Move(Register.R1, TcpStates.Ack);
        code.Jump(known);
        code.Mark(syn);
        code.Move(Register.R1, Flags);
        code.Alu(AluOperation.ShiftRight, Register.R1, 4);
        code.Alu(AluOperation.And, Register.R1, TcpStates.SynAck);
        code.Mark(known);
        track.Store(TrackCode.Kind, Register.R1);
    }
}
