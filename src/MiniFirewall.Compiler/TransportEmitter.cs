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
    private const Register Word = Register.R1, Part = Register.R2;

    private int Needed => use.ReadsTcp ? WholeTcpHeader : FirstWord;

    internal void Emit()
    {
        Label done = code.DefineLabel("transport done");
        if (family == Family.IPv6 && use.LocatesTransport)
        {
            EmitLocateV6(done);
        }

        if (use.ReadsTransport)
        {
            EmitRead(done);
        }

        code.Mark(done);
    }

    private void EmitLocateV6(Label done)
    {
        ZeroKey(MemorySize.Half, PacketKey.TransportLength);
        ZeroKey(MemorySize.Half, PacketKey.FragmentOffset);
        ZeroKey(MemorySize.Byte, PacketKey.ChainBroken);
        code.StoreImmediate(MemorySize.Word, Register.R10, Frame.MainKey + PacketKey.TransportOffset, 40);

        // Most packets have no extension header; one test of a bit set tells (0, 43, 44, 51, 60).
        const ulong Extensions = (1UL << 0) | (1UL << 43) | (1UL << 44) | (1UL << 51) | (1UL << 60);
        Label plain = code.DefineLabel("no extension headers");
        LoadKey(MemorySize.Byte, Register.R3, PacketKey.Protocol);
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
        code.Mark(plain);
    }

    private void EmitRead(Label done)
    {
        Label slow = code.DefineLabel("not linear"), bounded = code.DefineLabel("bounded");
        ZeroKey(MemorySize.Half, PacketKey.TransportLength);
        if (use.HasAny(Field.SourcePort, Field.DestinationPort, Field.IcmpType, Field.IcmpCode))
        {
            // Both ports: packets without them look the same in every run.
            ZeroKey(MemorySize.Word, PacketKey.SourcePort);
        }

        LoadKey(MemorySize.Half, Register.R2, PacketKey.FragmentOffset);
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, done);
        LoadKey(MemorySize.Word, Register.R1, PacketKey.TransportOffset);
        code.Move(Register.R2, Frame.SkbLength);
        code.Alu(AluOperation.Subtract, Register.R2, Register.R1);
        code.Jump(JumpCondition.SignedLessOrEqual, Register.R2, 0, done);
        code.Jump(JumpCondition.SignedLessOrEqual, Register.R2, 0xffff, bounded);
        code.Move(Register.R2, 0xffff);
        code.Mark(bounded);
        StoreKey(MemorySize.Half, PacketKey.TransportLength, Register.R2);
        EmitJumpIfNotLinear(slow);

        code.Move(Register.R3, Register.R1);
        HeaderWindow.Cast(code, Register.R3);
        EmitFields(HeaderWindow.Register, 0);
        code.Jump(done);

        code.Mark(slow);
        EmitSlowRead(done);
        EmitFields(Register.R10, Frame.TransportBuffer);
    }

    /// <summary>Linear: no paged data at all, or enough before it. R1 is the transport header's offset, and stays.</summary>
    private void EmitJumpIfNotLinear(Label slow)
    {
        Label linear = code.DefineLabel("linear");
        if (prologue == PrologueKind.Test)
        {
            code.LoadMapValue(Register.R3, WellKnownMaps.TestInput, TestInputLayout.ForceSlowPath);
            code.Load(MemorySize.Byte, Register.R3, Register.R3, 0);
            code.Jump(JumpCondition.NotEqual, Register.R3, 0, slow);
        }

        code.LoadMember(MemorySize.Word, Register.R3, Frame.Skb, "sk_buff", "data_len");
        code.Jump(JumpCondition.Equal, Register.R3, 0, linear);
        code.Move(Register.R4, Frame.SkbLength);
        code.Alu(AluOperation.Subtract, Register.R4, Register.R3);
        code.Alu(AluOperation.Subtract, Register.R4, Register.R1);
        code.Jump(JumpCondition.SignedLess, Register.R4, Needed, slow);
        code.Mark(linear);
    }

    /// <summary>Copies min(TransportLength, needed) bytes; what is not there stays zero.</summary>
    private void EmitSlowRead(Label done)
    {
        Label enough = code.DefineLabel("short"), read = code.DefineLabel("read");
        for (int at = 0; at < Frame.TransportBufferBytes; at += 8)
        {
            code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Frame.TransportBuffer + at, 0);
        }

        code.Move(Register.R1, Frame.Skb);
        code.Move(Register.R2, 0);
        EmitStackAddress(Register.R3, Frame.MainDynptr);
        code.CallKernel("bpf_dynptr_from_skb");
        LoadKey(MemorySize.Half, Register.R2, PacketKey.TransportLength);
        code.Jump(JumpCondition.LessOrEqual, Register.R2, Needed, enough);
        code.Move(Register.R2, Needed);
        code.Mark(enough);
        EmitStackAddress(Register.R1, Frame.TransportBuffer);
        EmitStackAddress(Register.R3, Frame.MainDynptr);
        LoadKey(MemorySize.Word, Register.R4, PacketKey.TransportOffset);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);

        // The bytes were there when the length was taken; if they are not, the header counts as missing.
        code.Jump(JumpCondition.Equal, Register.R0, 0, read);
        ZeroKey(MemorySize.Half, PacketKey.TransportLength);
        code.Jump(done);
        code.Mark(read);
    }

    /// <summary>Header bytes to the key. Bytes beyond the packet's end are never looked at: TransportLength guards them.</summary>
    private void EmitFields(Register from, int offset)
    {
        if (use.HasAny(Field.SourcePort, Field.DestinationPort, Field.IcmpType, Field.IcmpCode))
        {
            LoadWord(MemorySize.Word, 32, from, offset);
            EmitPart(use.HasAny(Field.SourcePort, Field.IcmpType, Field.IcmpCode), 16, MemorySize.Half, PacketKey.SourcePort);
            EmitPart(use.Has(Field.DestinationPort), 0, MemorySize.Half, PacketKey.DestinationPort);
        }

        if (use.ReadsTcp)
        {
            LoadWord(MemorySize.Half, 16, from, offset + 12);
            EmitPart(use.Has(Field.TcpFlags), 0, MemorySize.Byte, PacketKey.TcpFlags);
            EmitDataOffset();
        }
    }

    private void LoadWord(MemorySize size, int bits, Register from, int offset)
    {
        code.Load(size, Word, from, offset);
        code.ToBigEndian(Word, bits);
    }

    /// <summary>word >> shift, cut to the store's width.</summary>
    private void EmitPart(bool needed, int shift, MemorySize size, int to)
    {
        if (!needed)
        {
            return;
        }

        code.Move(Part, Word);
        if (shift != 0)
        {
            code.Alu(AluOperation.ShiftRight, Part, shift);
        }

        StoreKey(size, to, Part);
    }

    /// <summary>The data offset is the word's upper four bits; options are cut where it, times four, exceeds the length.</summary>
    private void EmitDataOffset()
    {
        if (!use.HasAny(Field.TcpDataOffset, Field.TcpOptionsCut))
        {
            return;
        }

        code.Alu(AluOperation.ShiftRight, Word, 12);
        StoreKey(MemorySize.Byte, PacketKey.TcpDataOffset, Word);
        code.Alu(AluOperation.ShiftLeft, Word, 2);
        LoadKey(MemorySize.Half, Part, PacketKey.TransportLength);
        code.Alu(AluOperation.Subtract, Part, Word);
        code.Alu(AluOperation.ShiftRight, Part, 63);
        StoreKey(MemorySize.Byte, PacketKey.TcpOptionsCut, Part);
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
