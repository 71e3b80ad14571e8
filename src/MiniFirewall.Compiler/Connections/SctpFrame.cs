using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// What is known of an SCTP packet and of its association while the chunks are gone through, in the frame of the function that tracks, where
/// TCP has its numbers: a turn of the loop reaches it, and for an association that is not in the table yet there is no other place. The
/// verifier keeps nothing of these values, and so takes one turn for another: all stand at places that are not multiples of eight, or beside
/// such ones.
/// </summary>
internal static class SctpFrame
{
    internal const int HeaderBytes = 12;

    /// <summary>A bit for each type of chunk that the packet has; of types that tracking does not know, <see cref="SctpStates.LastType"/>.</summary>
    internal static readonly Slot ChunkTypes = TrackCode.Kind;

    /// <summary>Offsets of numbers of 32 bits: what packets of this direction must carry as tag, and those of the other; network order.</summary>
    internal const int OwnTag = 120, PeerTag = 128;

    /// <summary>Where the next chunk is, from the network header on.</summary>
    internal const int At = 124;

    /// <summary>Single bytes: the association's state; the flags below; not 0 for a packet that is refused.</summary>
    internal const int State = TrackCode.OptionFlags, Flags = TrackCode.OptionScale, Refused = TrackCode.SackSeen;

    /// <summary>The side that sends, and the other one, has sent an INIT since the last COOKIE ACK.</summary>
    internal const int OwnInit = 1, PeerInit = 2;

    /// <summary>A HEARTBEAT had another tag; the last such one went this packet's way.</summary>
    internal const int HeartbeatFailed = 4, LastIsSame = 8;

    /// <summary>The packet does not make the entry live longer; it makes it one that is not given up for want of room.</summary>
    internal const int Ignored = 16, Assures = 32;

    /// <summary>In the buffer: the packet's tag, network order; a chunk's first bytes; and what comes behind those in INIT and INIT ACK.</summary>
    internal const int Tag = TrackCode.Buffer + 4, Chunk = TrackCode.Buffer + 16, Initiation = TrackCode.Buffer + 24;

    internal const int ChunkBytes = 4, InitiationBytes = 16;

    /// <summary>More than a packet can have: each has four bytes at least.</summary>
    private const int MostChunks = 16384;

    internal static int Bit(int type) => 1 << type;

    /// <summary>Makes the packet readable for turns, and reads its header into the buffer. Loses R0 to R5.</summary>
    internal static void EmitOpen(TrackCode track, PacketReads reads, Label missing)
    {
        reads.EmitOpen();
        track.Code.Load(MemorySize.Word, Register.R4, TrackCode.Key, PacketKey.TransportOffset);
        reads.EmitRead(HeaderBytes, 0, missing);
    }

    /// <summary>Goes through the chunks from the first one on. Loses R0 to R5.</summary>
    internal static void EmitLoop(TrackCode track, Label turn)
    {
        track.Load(Register.R1, TrackCode.InKey(PacketKey.TransportOffset, MemorySize.Word));
        track.Code.Alu(AluOperation.Add, Register.R1, HeaderBytes);
        track.Store(TrackCode.InFrame(At), Register.R1);
        StackFrame.EmitLoop(track.Code, TrackCode.FrameBytes, MostChunks, turn);
    }

    /// <summary>
    /// Begins a turn: R6 = the frame, R9 = the chunk's offset; its first bytes are in the frame, R1 is its length, and what comes next is the
    /// chunk behind it. Goes to <paramref name="end"/> behind the last one. Loses R0 to R5.
    /// </summary>
    internal static void EmitBegin(Assembler code, string name, Label turn, Label end)
    {
        code.BeginFunction(new Function(name, IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        code.Move(Register.R6, Register.R2);
        code.Load(MemorySize.Word, Register.R9, Register.R6, At);
        EmitRead(code, Chunk, ChunkBytes, 0, end);
        code.Load(MemorySize.Half, Register.R1, Register.R6, Chunk + 2);
        code.ToBigEndian(Register.R1, 16);
        code.Move(Register.R2, Register.R1);
        code.Alu(AluOperation.Add, Register.R2, 3);
        code.Alu(AluOperation.And, Register.R2, ~3);
        code.Alu(AluOperation.Add, Register.R2, Register.R9);
        code.Alu(AluOperation.And, Register.R2, HeaderSteps.OffsetMask);
        code.Store(MemorySize.Word, Register.R6, At, Register.R2);
    }

    /// <summary>In a turn: copies bytes of the packet, from the chunk at R9 on, into the frame; goes to the label where the packet ends before. Loses R0 to R5.</summary>
    internal static void EmitRead(Assembler code, int to, int count, int plus, Label missing)
    {
        code.Move(Register.R1, Register.R6);
        code.Alu(AluOperation.Add, Register.R1, to);
        code.Move(Register.R2, count);
        code.Move(Register.R3, Register.R6);
        code.Alu(AluOperation.Add, Register.R3, TrackCode.Dynptr);
        code.Move(Register.R4, Register.R9);
        code.Alu(AluOperation.Add, Register.R4, plus);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, missing);
    }

    /// <summary>Ends a turn: the loop goes on, from <paramref name="next"/>; the packet is refused; or there is no chunk left.</summary>
    internal static void EmitEnd(Assembler code, Label next, Label refused, Label end)
    {
        code.Mark(next);
        code.Move(Register.R0, 0);
        code.Exit();
        code.Mark(refused);
        code.StoreImmediate(MemorySize.Byte, Register.R6, Refused, 1);
        code.Mark(end);
        code.Move(Register.R0, 1);
        code.Exit();
    }
}
