using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Questions about the frame that a packet came in.</summary>
internal static class LinkEmitters
{
    private const int EthernetType = 1; // ARPHRD_ETHER
    private const int EthernetHeader = 14;
    private const int SourceOffset = 6;
    private const int NoHeader = 0xffff; // skb->mac_header where none was set

    private const Register SourceAndType = Register.R9;

    /// <summary>net/netfilter/xt_pkttype.c, pkttype_mt.</summary>
    internal static void Emit(LinkTypeIs _, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label known = code.DefineLabel("type known"), multicast = code.DefineLabel("multicast");
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.Byte, Register.R3, TestInputLayout.LinkType);
        }
        else
        {
            function.LoadSkb(Register.R1);
            code.LoadBits(Register.R3, Register.R1, "sk_buff", "pkt_type");
        }

        code.Jump(JumpCondition.NotEqual, Register.R3, (int)LinkType.Loopback, known);
        if (function.Family == Family.IPv4)
        {
            code.Load(MemorySize.Word, Register.R2, QuestionFunction.Key, PacketKey.DestinationLow);
            code.Alu(AluOperation.ShiftRight, Register.R2, 28);
            code.Jump(JumpCondition.Equal, Register.R2, 14, multicast);
            code.Move(Register.R3, (int)LinkType.Broadcast);
            code.Jump(known);
        }

        code.Mark(multicast);
        code.Move(Register.R3, (int)LinkType.Multicast);
        code.Mark(known);
        function.AnswerEqual(Register.R3, negated: false);
    }

    /// <summary>net/netfilter/xt_mac.c, mac_mt.</summary>
    internal static void Emit(LinkSourceIs question, QuestionFunction function)
    {
        EmitHeader(function, QuestionFunction.Context, requiresEthernet: true);
        function.Code.Alu(AluOperation.ShiftRight, SourceAndType, 16);
        function.AnswerEqual(SourceAndType, question.Negated);
    }

    /// <summary>net/ipv6/netfilter/ip6t_eui64.c, eui64_mt6.</summary>
    internal static void Emit(SourceIsModifiedEui64 _, QuestionFunction function)
    {
        const int IPv6 = 0x86dd, Version = QuestionFunction.StackTop - 8;
        const Register Start = Register.R8;
        Assembler code = function.Code;
        EmitHeader(function, Start, requiresEthernet: false);
        code.Move(Register.R1, SourceAndType);
        code.Alu(AluOperation.And, Register.R1, 0xffff);
        code.Jump(JumpCondition.NotEqual, Register.R1, IPv6, function.No);
        code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Version, 0);
        function.EmitOpen();
        code.Move(Start, 0);
        function.EmitRead(Version, 1, Start, function.No);
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Version);
        code.Alu(AluOperation.ShiftRight, Register.R1, 4);
        code.Jump(JumpCondition.NotEqual, Register.R1, 6, function.No);

        // The upper three bytes, ff:fe, the lower three; then the bit of local addresses the other way round.
        code.Move(Register.R1, SourceAndType);
        code.Alu(AluOperation.ShiftRight, Register.R1, 40);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 40);
        code.Alu(AluOperation.ShiftRight, SourceAndType, 16);
        code.Alu(AluOperation.And, SourceAndType, 0xff_ffff);
        code.Alu(AluOperation.Or, Register.R1, SourceAndType);
        code.LoadConstant(Register.R2, 0x0200_00ff_fe00_0000);
        code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        code.Load(MemorySize.DoubleWord, Register.R2, QuestionFunction.Key, PacketKey.SourceLow);
        code.Jump(JumpCondition.Equal, Register.R1, Register.R2, function.Yes);
    }

    /// <summary>Reads the Ethernet header from its source on, the first byte most significant; goes to No where there is none.</summary>
    /// <param name="skb">Free for this, R6 to R8.</param>
    /// <param name="requiresEthernet">The packet's interface must be an Ethernet, too.</param>
    private static void EmitHeader(QuestionFunction function, Register skb, bool requiresEthernet)
    {
        Assembler code = function.Code;
        if (function.IsTest)
        {
            function.JumpUnlessPresent(TestInputLayout.HasLink, function.No);
            function.LoadTest(MemorySize.DoubleWord, SourceAndType, TestInputLayout.LinkSource);
            function.LoadTest(MemorySize.Half, Register.R1, TestInputLayout.EtherType);
            code.Alu(AluOperation.ShiftLeft, SourceAndType, 16);
            code.Alu(AluOperation.Or, SourceAndType, Register.R1);
            return;
        }

        const Register Start = SourceAndType;
        function.LoadSkbNumber(skb);
        if (requiresEthernet)
        {
            function.LoadNumber(Start, skb, "sk_buff", "dev");
            code.Jump(JumpCondition.Equal, Start, 0, function.No);
            function.LoadFrom(MemorySize.Half, Register.R1, Start, "net_device", "type");
            code.Jump(JumpCondition.NotEqual, Register.R1, EthernetType, function.No);
        }

        function.LoadNumber(Start, skb, "sk_buff", "head");
        function.LoadFrom(MemorySize.Half, Register.R1, skb, "sk_buff", "mac_header");
        code.Jump(JumpCondition.Equal, Register.R1, NoHeader, function.No);
        code.Alu(AluOperation.Add, Start, Register.R1);
        function.LoadNumber(Register.R2, skb, "sk_buff", "data");
        code.Move(Register.R1, Start);
        code.Alu(AluOperation.Add, Register.R1, EthernetHeader);
        code.Jump(JumpCondition.Greater, Register.R1, Register.R2, function.No);
        code.Move(Register.R1, Start);
        code.Alu(AluOperation.Add, Register.R1, SourceOffset);
        function.LoadNumberAtR1(SourceAndType);
        code.ToBigEndian(SourceAndType, 64);
    }
}
