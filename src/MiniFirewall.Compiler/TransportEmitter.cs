using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>
/// Finds the transport header and reads it: by an inlined cast where its first bytes are linear, through a dynptr where
/// they are not. A fragment other than the first has none.
/// </summary>
internal sealed class TransportEmitter(Assembler code, Family family, FieldUse use, PrologueKind prologue, HelperFunctions helpers)
{
    private const int WholeTcpHeader = 20, FirstWord = 4;
    private const int Dynptr = -128, Buffer = -152;

    private readonly bool _readsTcp = use.HasAny(Field.TcpFlags, Field.TcpDataOffset, Field.TcpOptionsCut) || use.TcpOptions;

    private int Needed => _readsTcp ? WholeTcpHeader : FirstWord;

    private bool ReadsTransport => _readsTcp
        || use.HasAny(Field.TransportLength, Field.SourcePort, Field.DestinationPort, Field.IcmpType, Field.IcmpCode);

    internal void Emit()
    {
        Label done = code.DefineLabel("transport done");
        if (family == Family.IPv4)
        {
            EmitLocateV4(done);
        }
        else
        {
            EmitLocateV6(done);
        }

        if (ReadsTransport)
        {
            EmitRead(done);
        }

        code.Mark(done);
    }

    /// <summary>R1 = offset of the transport header; TransportLength is 0 until known. Goes to <paramref name="done"/> for a later fragment.</summary>
    private void EmitLocateV4(Label done)
    {
        code.LoadMember(MemorySize.Byte, Register.R1, Frame.NetworkHeader, "iphdr", "protocol");
        StoreKey(MemorySize.Byte, PacketKey.Protocol, Register.R1);
        if (!ReadsTransport && !use.Has(Field.FragmentOffset))
        {
            return;
        }

        ZeroKey(MemorySize.Half, PacketKey.TransportLength);
        code.LoadMember(MemorySize.Half, Register.R2, Frame.NetworkHeader, "iphdr", "frag_off");
        code.ToBigEndian(Register.R2, 16);
        code.Alu(AluOperation.And, Register.R2, 0x1fff);
        StoreKey(MemorySize.Half, PacketKey.FragmentOffset, Register.R2);
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, done);
        code.Load(MemorySize.Byte, Register.R1, Frame.NetworkHeader, 0);
        code.Alu(AluOperation.And, Register.R1, 0x0f);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 2);
        StoreKey(MemorySize.Word, PacketKey.TransportOffset, Register.R1);
    }

    private void EmitLocateV6(Label done)
    {
        if (!ReadsTransport && !use.HasAny(Field.Protocol, Field.FragmentOffset, Field.ChainBroken))
        {
            return;
        }

        ZeroKey(MemorySize.Half, PacketKey.TransportLength);
        ZeroKey(MemorySize.Half, PacketKey.FragmentOffset);
        ZeroKey(MemorySize.Byte, PacketKey.ChainBroken);
        code.LoadMember(MemorySize.Byte, Register.R3, Frame.NetworkHeader, "ipv6hdr", "nexthdr");
        StoreKey(MemorySize.Byte, PacketKey.Protocol, Register.R3);
        code.Move(Register.R1, 40);
        StoreKey(MemorySize.Word, PacketKey.TransportOffset, Register.R1);
        EmitWalkIfNeeded(done);
    }

    /// <summary>Most packets have no extension header; one test of a bit set tells (0, 43, 44, 51, 60).</summary>
    private void EmitWalkIfNeeded(Label done)
    {
        const ulong Extensions = (1UL << 0) | (1UL << 43) | (1UL << 44) | (1UL << 51) | (1UL << 60);
        Label plain = code.DefineLabel("no extension headers");
        code.Jump(JumpCondition.Greater, Register.R3, 63, plain);
        code.LoadConstant(Register.R2, Extensions);
        code.Alu(AluOperation.ShiftRight, Register.R2, Register.R3);
        code.Alu(AluOperation.And, Register.R2, 1);
        code.Jump(JumpCondition.Equal, Register.R2, 0, plain);
        code.Move(Register.R1, Frame.MainContext);
        code.Move(Register.R2, Register.R10);
        code.Alu(AluOperation.Add, Register.R2, Frame.MainKey);
        helpers.CallWalk();
        LoadKey(MemorySize.Byte, Register.R1, PacketKey.ChainBroken);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, done);
        LoadKey(MemorySize.Half, Register.R1, PacketKey.FragmentOffset);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, done);
        LoadKey(MemorySize.Word, Register.R1, PacketKey.TransportOffset);
        code.Mark(plain);
    }

    /// <summary>R1 is the transport header's offset.</summary>
    private void EmitRead(Label done)
    {
        Label fast = code.DefineLabel("linear"), slow = code.DefineLabel("not linear"), bounded = code.DefineLabel("bounded");
        code.Move(Register.R2, Frame.SkbLength);
        code.Alu(AluOperation.Subtract, Register.R2, Register.R1);
        code.Jump(JumpCondition.SignedLessOrEqual, Register.R2, 0, done);
        code.Jump(JumpCondition.SignedLessOrEqual, Register.R2, 0xffff, bounded);
        code.Move(Register.R2, 0xffff);
        code.Mark(bounded);
        StoreKey(MemorySize.Half, PacketKey.TransportLength, Register.R2);
        EmitChoice(fast, slow);

        code.Mark(fast);
        code.LoadMember(MemorySize.DoubleWord, Register.R2, Frame.Skb, "sk_buff", "data");
        code.Alu(AluOperation.Add, Register.R1, Register.R2);
        code.LoadKernelType(Register.R2, "tcphdr");
        code.CallKernel("bpf_rdonly_cast");
        EmitFields(Register.R0, 0);
        code.Jump(done);

        code.Mark(slow);
        EmitSlowRead(done);
        EmitFields(Register.R10, Buffer);
    }

    /// <summary>Linear: no paged data at all, or enough before it.</summary>
    private void EmitChoice(Label fast, Label slow)
    {
        if (prologue == PrologueKind.Test)
        {
            code.LoadMapValue(Register.R3, WellKnownMaps.TestInput, TestInputLayout.ForceSlowPath);
            code.Load(MemorySize.Byte, Register.R3, Register.R3, 0);
            code.Jump(JumpCondition.NotEqual, Register.R3, 0, slow);
        }

        code.LoadMember(MemorySize.Word, Register.R3, Frame.Skb, "sk_buff", "data_len");
        code.Jump(JumpCondition.Equal, Register.R3, 0, fast);
        code.Move(Register.R4, Frame.SkbLength);
        code.Alu(AluOperation.Subtract, Register.R4, Register.R3);
        code.Alu(AluOperation.Subtract, Register.R4, Register.R1);
        code.Jump(JumpCondition.SignedLess, Register.R4, Needed, slow);
    }

    /// <summary>Copies min(TransportLength, needed) bytes; what is not there stays zero.</summary>
    private void EmitSlowRead(Label done)
    {
        Label enough = code.DefineLabel("short");
        for (int at = 0; at < 24; at += 8)
        {
            code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Buffer + at, 0);
        }

        code.Move(Register.R1, Frame.Skb);
        code.Move(Register.R2, 0);
        EmitStackAddress(Register.R3, Dynptr);
        code.CallKernel("bpf_dynptr_from_skb");
        LoadKey(MemorySize.Half, Register.R2, PacketKey.TransportLength);
        code.Jump(JumpCondition.LessOrEqual, Register.R2, Needed, enough);
        code.Move(Register.R2, Needed);
        code.Mark(enough);
        EmitStackAddress(Register.R1, Buffer);
        EmitStackAddress(Register.R3, Dynptr);
        LoadKey(MemorySize.Word, Register.R4, PacketKey.TransportOffset);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);

        // The bytes were there when the length was taken; if they are not, the header counts as missing.
        Label read = code.DefineLabel("read");
        code.Jump(JumpCondition.Equal, Register.R0, 0, read);
        ZeroKey(MemorySize.Half, PacketKey.TransportLength);
        code.Jump(done);
        code.Mark(read);
    }

    /// <summary>Header bytes at base + offset to the key. Bytes beyond the packet's end are never looked at: TransportLength guards them.</summary>
    private void EmitFields(Register from, int offset)
    {
        EmitBigEndianHalf(Field.SourcePort, from, offset, PacketKey.SourcePort);
        EmitBigEndianHalf(Field.DestinationPort, from, offset + 2, PacketKey.DestinationPort);
        EmitByte(Field.IcmpType, from, offset, PacketKey.IcmpType);
        EmitByte(Field.IcmpCode, from, offset + 1, PacketKey.IcmpCode);
        EmitByte(Field.TcpFlags, from, offset + 13, PacketKey.TcpFlags);
        if (use.HasAny(Field.TcpDataOffset, Field.TcpOptionsCut) || use.TcpOptions)
        {
            EmitDataOffset(from, offset + 12);
        }
    }

    private void EmitDataOffset(Register from, int offset)
    {
        code.Load(MemorySize.Byte, Register.R1, from, offset);
        code.Alu(AluOperation.ShiftRight, Register.R1, 4);
        StoreKey(MemorySize.Byte, PacketKey.TcpDataOffset, Register.R1);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 2);
        LoadKey(MemorySize.Half, Register.R2, PacketKey.TransportLength);
        code.Alu(AluOperation.Subtract, Register.R2, Register.R1);
        code.Alu(AluOperation.ShiftRight, Register.R2, 63);
        StoreKey(MemorySize.Byte, PacketKey.TcpOptionsCut, Register.R2);
    }

    private void EmitBigEndianHalf(Field field, Register from, int offset, int to)
    {
        if (use.Has(field))
        {
            code.Load(MemorySize.Half, Register.R1, from, offset);
            code.ToBigEndian(Register.R1, 16);
            StoreKey(MemorySize.Half, to, Register.R1);
        }
    }

    private void EmitByte(Field field, Register from, int offset, int to)
    {
        if (use.Has(field))
        {
            code.Load(MemorySize.Byte, Register.R1, from, offset);
            StoreKey(MemorySize.Byte, to, Register.R1);
        }
    }

    private void EmitStackAddress(Register result, int offset)
    {
        code.Move(result, Register.R10);
        code.Alu(AluOperation.Add, result, offset);
    }

    private void StoreKey(MemorySize size, int offset, Register value) => code.Store(size, Register.R10, Frame.MainKey + offset, value);

    private void ZeroKey(MemorySize size, int offset) => code.StoreImmediate(size, Register.R10, Frame.MainKey + offset, 0);

    private void LoadKey(MemorySize size, Register result, int offset) => code.Load(size, result, Register.R10, Frame.MainKey + offset);
}
