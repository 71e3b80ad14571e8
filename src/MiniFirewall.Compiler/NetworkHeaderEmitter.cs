using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>
/// Reads the network header into the key. The kernel has made it linear before any of these hooks (ip_rcv, ip6_rcv), so an
/// inlined cast of skb->data is enough; where it is not whole the packet is invalid.
/// </summary>
internal sealed class NetworkHeaderEmitter(Assembler code, Family family, FieldUse use)
{
    private readonly string _struct = family == Family.IPv4 ? "iphdr" : "ipv6hdr";

    internal void Emit(Label invalid)
    {
        code.LoadMember(MemorySize.Word, Frame.SkbLength, Frame.Skb, "sk_buff", "len");
        code.LoadMember(MemorySize.Word, Register.R2, Frame.Skb, "sk_buff", "data_len");
        code.Move(Register.R3, Frame.SkbLength);
        code.Alu(AluOperation.Subtract, Register.R3, Register.R2);
        code.Jump(JumpCondition.SignedLess, Register.R3, family == Family.IPv4 ? 20 : 40, invalid);
        code.Store(MemorySize.Word, Register.R10, Frame.MainKey + PacketKey.PacketLength, Frame.SkbLength);
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Frame.Skb, "sk_buff", "data");
        code.LoadKernelType(Register.R2, _struct);
        code.CallKernel("bpf_rdonly_cast");
        code.Move(Frame.NetworkHeader, Register.R0);
        EmitAddress(Field.Source, "saddr", PacketKey.SourceHigh, PacketKey.SourceLow);
        EmitAddress(Field.Destination, "daddr", PacketKey.DestinationHigh, PacketKey.DestinationLow);
        EmitByte(Field.HopLimit, family == Family.IPv4 ? "ttl" : "hop_limit", PacketKey.HopLimit);
        EmitLength();
    }

    private void EmitAddress(Field field, string member, int high, int low)
    {
        if (!use.Has(field))
        {
            return;
        }

        if (family == Family.IPv4)
        {
            code.LoadMember(MemorySize.Word, Register.R1, Frame.NetworkHeader, _struct, member);
            code.ToBigEndian(Register.R1, 32);
            code.Store(MemorySize.DoubleWord, Register.R10, Frame.MainKey + low, Register.R1);
            return;
        }

        EmitHalf(member, 0, high);
        EmitHalf(member, 8, low);
    }

    private void EmitHalf(string member, int plus, int to)
    {
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Frame.NetworkHeader, _struct, member, plus);
        code.ToBigEndian(Register.R1, 64);
        code.Store(MemorySize.DoubleWord, Register.R10, Frame.MainKey + to, Register.R1);
    }

    private void EmitByte(Field field, string member, int to)
    {
        if (use.Has(field))
        {
            code.LoadMember(MemorySize.Byte, Register.R1, Frame.NetworkHeader, _struct, member);
            code.Store(MemorySize.Byte, Register.R10, Frame.MainKey + to, Register.R1);
        }
    }

    private void EmitLength()
    {
        if (!use.Has(Field.Length))
        {
            return;
        }

        code.LoadMember(MemorySize.Half, Register.R1, Frame.NetworkHeader, _struct, family == Family.IPv4 ? "tot_len" : "payload_len");
        code.ToBigEndian(Register.R1, 16);
        if (family == Family.IPv6)
        {
            code.Alu(AluOperation.Add, Register.R1, 40);
        }

        code.Store(MemorySize.Word, Register.R10, Frame.MainKey + PacketKey.Length, Register.R1);
    }
}
