using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>What the function that tracks a packet reads of its bytes into the frame's buffer.</summary>
internal sealed class PacketReads(TrackCode track)
{
    /// <summary>What a loaded window has at least (<see cref="HeaderWindow"/>).</summary>
    private const int WindowBytes = 16;

    /// <summary>The option that most segments have alone: two no-operations, then a time stamp (RFC 7323 appendix A), as it lies in memory.</summary>
    private const int AlignedTimestamp = 0x0a080101, AlignedTimestampBytes = 12;

    /// <summary>
    /// The transport header's first 16 bytes; those that the packet does not have mean nothing. Goes to <paramref name="missing"/>
    /// where they cannot be read. Loses R0 to R5, R8 and R9.
    /// </summary>
    /// <param name="needed">The bytes that the packet is known to have.</param>
    internal void EmitHeader(int needed, Label missing)
    {
        Assembler code = track.Code;
        Label paged = code.DefineLabel("header not linear"), read = code.DefineLabel("header read");
        EmitJumpIfPaged(TrackCode.HeaderBytes, paged);
        EmitCast(0);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R0, 0);
        code.Load(MemorySize.DoubleWord, Register.R2, Register.R0, 8);
        track.Store(InBuffer(0), Register.R1);
        track.Store(InBuffer(8), Register.R2);
        code.Jump(read);
        code.Mark(paged);
        EmitOpen();
        code.Load(MemorySize.Word, Register.R4, TrackCode.Key, PacketKey.TransportOffset);
        EmitRead(needed > WindowBytes ? WindowBytes : needed, 0, missing);
        code.Mark(read);
    }

    /// <summary>
    /// The TCP options into the buffer behind the header; goes to <paramref name="none"/> where there are none that matter. Their length
    /// is in the frame.
    /// </summary>
    internal void EmitOptions(Label none, Label missing)
    {
        Assembler code = track.Code;
        Label copy = code.DefineLabel("copy options");
        Slot length = TrackCode.InFrame(TrackCode.OptionLength, MemorySize.Byte);
        track.If(length, JumpCondition.Equal, 0, none);
        track.If(length, JumpCondition.NotEqual, AlignedTimestampBytes, copy);
        EmitJumpIfPaged(TrackCode.HeaderBytes + AlignedTimestampBytes, copy);
        EmitCast(WindowBytes);
        code.Load(MemorySize.Word, Register.R1, Register.R0, TrackCode.HeaderBytes - WindowBytes);
        code.Jump(JumpCondition.Equal, Register.R1, AlignedTimestamp, none, OperandWidth.Bits32);
        code.Mark(copy);
        for (int at = WindowBytes; at < TrackCode.Dynptr - TrackCode.Buffer; at += 8)
        {
            track.Set(InBuffer(at), 0);
        }

        EmitOpen();
        code.Load(MemorySize.Word, Register.R4, TrackCode.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Register.R4, TrackCode.HeaderBytes);
        track.Load(Register.R2, length);
        Label bounded = code.DefineLabel("options fit");
        code.Jump(JumpCondition.LessOrEqual, Register.R2, TrackCode.MostOptions, bounded);
        code.Jump(missing);
        code.Mark(bounded);
        EmitReadOfR2(TrackCode.HeaderBytes, missing);
    }

    /// <summary>Makes the packet readable for <see cref="EmitRead"/>. Loses R0 to R5.</summary>
    internal void EmitOpen()
    {
        Assembler code = track.Code;
        code.Load(MemorySize.DoubleWord, Register.R1, TrackCode.Context, 8);
        code.Move(Register.R2, 0);
        track.Address(Register.R3, TrackCode.Dynptr);
        code.CallKernel("bpf_dynptr_from_skb");
    }

    /// <summary>Bytes of an opened packet, from the offset in R4 on, to a place in the buffer.</summary>
    internal void EmitRead(int count, int at, Label missing)
    {
        track.Code.Move(Register.R2, count);
        EmitReadOfR2(at, missing);
    }

    private void EmitReadOfR2(int at, Label missing)
    {
        Assembler code = track.Code;
        track.Address(Register.R1, TrackCode.Buffer + at);
        track.Address(Register.R3, TrackCode.Dynptr);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, missing);
    }

    private void EmitJumpIfPaged(int needed, Label paged)
    {
        Assembler code = track.Code;
        Label linear = code.DefineLabel("linear");
        code.Load(MemorySize.DoubleWord, Register.R1, TrackCode.Context, 8);
        code.LoadMember(MemorySize.Word, Register.R2, Register.R1, "sk_buff", "data_len");
        code.Jump(JumpCondition.Equal, Register.R2, 0, linear);
        code.LoadMember(MemorySize.Word, Register.R3, Register.R1, "sk_buff", "len");
        code.Alu(AluOperation.Subtract, Register.R3, Register.R2);
        code.Load(MemorySize.Word, Register.R2, TrackCode.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Subtract, Register.R3, Register.R2);
        code.Jump(JumpCondition.SignedLess, Register.R3, needed, paged);
        code.Mark(linear);
    }

    /// <summary>R0 = 16 bytes of the linear part, from the transport header on and some.</summary>
    private void EmitCast(int plus)
    {
        Assembler code = track.Code;
        code.Load(MemorySize.DoubleWord, Register.R2, TrackCode.Context, 8);
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Register.R2, "sk_buff", "data");
        code.Load(MemorySize.Word, Register.R2, TrackCode.Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Register.R1, Register.R2);
        if (plus != 0)
        {
            code.Alu(AluOperation.Add, Register.R1, plus);
        }

        code.LoadKernelType(Register.R2, "in6_addr");
        code.CallKernel("bpf_rdonly_cast");
    }

    private static Slot InBuffer(int at) => TrackCode.InFrame(TrackCode.Buffer + at, MemorySize.DoubleWord);
}
