using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>
/// Reads the network header into the key. The kernel has made it linear before any of these hooks (ip_rcv, ip6_rcv), so
/// inlined casts of skb->data are enough; where it is not whole the packet is invalid. A load through a cast costs a range
/// check, so the header is read in words of eight bytes, and fields are cut out of them.
/// </summary>
internal sealed class NetworkHeaderEmitter(Assembler code, Family family, FieldUse use)
{
    private const Register Word = Register.R1, Part = Register.R2;

    internal void Emit(Label invalid)
    {
        code.LoadMember(MemorySize.Word, Frame.SkbLength, Frame.Skb, "sk_buff", "len");
        code.LoadMember(MemorySize.Word, Register.R2, Frame.Skb, "sk_buff", "data_len");
        code.Move(Register.R3, Frame.SkbLength);
        code.Alu(AluOperation.Subtract, Register.R3, Register.R2);
        code.Jump(JumpCondition.SignedLess, Register.R3, family == Family.IPv4 ? 20 : 40, invalid);
        code.Store(MemorySize.Word, Register.R10, Frame.MainKey + PacketKey.PacketLength, Frame.SkbLength);
        if (family == Family.IPv4)
        {
            EmitV4();
        }
        else
        {
            EmitV6();
        }
    }

    /// <summary>RFC 791 §3.1.</summary>
    private void EmitV4()
    {
        bool needsFragment = use.Has(Field.FragmentOffset) || use.ReadsTransport;
        HeaderWindow.Cast(code, 0);
        if (needsFragment || use.Has(Field.Length))
        {
            HeaderWindow.LoadWord(code, Word, 0);
            EmitPart(use.Has(Field.Length), 32, 0xffff, MemorySize.Word, PacketKey.Length);
            EmitPart(needsFragment, 0, 0x1fff, MemorySize.Half, PacketKey.FragmentOffset);

            // Four times the header length in words: shifted by 56 - 2, and its last two bits cut off.
            EmitPart(use.ReadsTransport, 54, 0x3c, MemorySize.Word, PacketKey.TransportOffset);
        }

        if (use.HasAny(Field.HopLimit, Field.Protocol, Field.Source))
        {
            HeaderWindow.LoadWord(code, Word, 8);
            EmitPart(use.Has(Field.HopLimit), 56, 0xff, MemorySize.Byte, PacketKey.HopLimit);
            EmitPart(use.Has(Field.Protocol), 48, 0xff, MemorySize.Byte, PacketKey.Protocol);
            EmitPart(use.Has(Field.Source), 0, -1, MemorySize.Word, PacketKey.SourceLow);
        }

        if (use.Has(Field.Destination))
        {
            HeaderWindow.Cast(code, 16);
            code.Load(MemorySize.Word, Word, HeaderWindow.Register, 0);
            code.ToBigEndian(Word, 32);
            code.Store(MemorySize.Word, Register.R10, Frame.MainKey + PacketKey.DestinationLow, Word);
        }
    }

    /// <summary>RFC 8200 §3.</summary>
    private void EmitV6()
    {
        bool needsNext = use.LocatesTransport;
        if (needsNext || use.Has(Field.HopLimit))
        {
            HeaderWindow.Cast(code, 0);
            HeaderWindow.LoadWord(code, Word, 0);
            EmitPart(needsNext, 8, 0xff, MemorySize.Byte, PacketKey.Protocol);
            EmitPart(use.Has(Field.HopLimit), 0, 0xff, MemorySize.Byte, PacketKey.HopLimit);
        }

        EmitAddressV6(Field.Source, 8, PacketKey.SourceHigh, PacketKey.SourceLow);
        EmitAddressV6(Field.Destination, 24, PacketKey.DestinationHigh, PacketKey.DestinationLow);
    }

    private void EmitAddressV6(Field field, int at, int high, int low)
    {
        if (!use.Has(field))
        {
            return;
        }

        HeaderWindow.Cast(code, at);
        HeaderWindow.LoadWord(code, Word, 0);
        code.Store(MemorySize.DoubleWord, Register.R10, Frame.MainKey + high, Word);
        HeaderWindow.LoadWord(code, Word, 8);
        code.Store(MemorySize.DoubleWord, Register.R10, Frame.MainKey + low, Word);
    }

    /// <summary>(word >> shift) &amp; mask, to the key; a mask of -1 leaves what the store's width cuts off.</summary>
    private void EmitPart(bool needed, int shift, int mask, MemorySize size, int to)
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

        bool isCutByStore = size == MemorySize.Byte && mask == 0xff;
        if (mask != -1 && !isCutByStore)
        {
            code.Alu(AluOperation.And, Part, mask);
        }

        code.Store(size, Register.R10, Frame.MainKey + to, Part);
    }
}
