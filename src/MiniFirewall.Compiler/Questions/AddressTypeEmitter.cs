using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for an address's type (net/netfilter/xt_addrtype.c).</summary>
internal static class AddressTypeEmitter
{
    internal static void Emit(AddressTypeIn question, QuestionFunction function)
    {
        if (function.Family == Family.IPv4)
        {
            EmitIPv4(question, function);
        }
        else
        {
            EmitIPv6(question, function);
        }
    }

    /// <summary>match_type: the type is that of the address itself, or of its route in the local table.</summary>
    private static void EmitIPv4(AddressTypeIn question, QuestionFunction function)
    {
        const Register Address = Register.R9;
        Assembler code = function.Code;
        Label broadcast = code.DefineLabel("broadcast"), known = code.DefineLabel("type known"), noMulticast = code.DefineLabel("no multicast");
        if (function.IsTest)
        {
            EmitTestType(question, function);
        }
        else
        {
            code.Load(MemorySize.Word, Address, QuestionFunction.Key, question.IsSource ? PacketKey.SourceLow : PacketKey.DestinationLow);
            code.Jump(JumpCondition.Equal, Address, 0, broadcast);
            code.LoadConstant(Register.R2, uint.MaxValue);
            code.Jump(JumpCondition.Equal, Address, Register.R2, broadcast);
            code.Move(Register.R1, Address);
            code.Alu(AluOperation.ShiftRight, Register.R1, 28);
            code.Jump(JumpCondition.NotEqual, Register.R1, 14, noMulticast);
            code.Move(Register.R1, (int)AddressType.Multicast);
            code.Jump(known);
            code.Mark(broadcast);
            code.Move(Register.R1, (int)AddressType.Broadcast);
            code.Jump(known);
            code.Mark(noMulticast);
            LocalTableV4.EmitType(function, Address, question.Scope);
        }

        code.Mark(known);
        code.Move(Register.R2, QuestionFunction.Argument);
        code.Alu(AluOperation.ShiftRight, Register.R2, Register.R1);
        code.Alu(AluOperation.And, Register.R2, 1);
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, function.Yes);
    }

    /// <summary>match_type6: every type of the set must hold.</summary>
    private static void EmitIPv6(AddressTypeIn question, QuestionFunction function)
    {
        const Register High = Register.R3, Low = Register.R4;
        Assembler code = function.Code;
        code.Load(MemorySize.DoubleWord, High, QuestionFunction.Key, question.IsSource ? PacketKey.SourceHigh : PacketKey.DestinationHigh);
        code.Load(MemorySize.DoubleWord, Low, QuestionFunction.Key, question.IsSource ? PacketKey.SourceLow : PacketKey.DestinationLow);
        Label notMulticast = code.DefineLabel("multicast not asked"), notUnicast = code.DefineLabel("unicast not asked");
        Label notUnspecified = code.DefineLabel("unspecified not asked"), isUnicast = code.DefineLabel("unicast");

        EmitUnlessAsked(AddressType.Multicast, notMulticast);
        code.Move(Register.R1, High);
        code.Alu(AluOperation.ShiftRight, Register.R1, 56);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0xff, function.No);
        code.Mark(notMulticast);

        EmitUnlessAsked(AddressType.Unicast, notUnicast);
        code.Move(Register.R1, High);
        code.Alu(AluOperation.ShiftRight, Register.R1, 56);
        code.Jump(JumpCondition.Equal, Register.R1, 0xff, function.No);
        code.Jump(JumpCondition.NotEqual, High, 0, isUnicast);
        code.Jump(JumpCondition.Equal, Low, 0, function.No);
        code.Move(Register.R1, Low);
        code.Alu(AluOperation.ShiftRight, Register.R1, 32);
        code.Jump(JumpCondition.Equal, Register.R1, 0xffff, function.No);
        code.Mark(isUnicast);
        code.Mark(notUnicast);

        EmitUnlessAsked(AddressType.Unspecified, notUnspecified);
        code.Move(Register.R1, High);
        code.Alu(AluOperation.Or, Register.R1, Low);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.No);
        code.Mark(notUnspecified);

        EmitUnlessAsked(AddressType.Local, function.Yes);
        if (function.IsTest)
        {
            EmitTestType(question, function);
            code.Jump(JumpCondition.Equal, Register.R1, (int)AddressType.Local, function.Yes);
        }
        else
        {
            LocalTableV6.EmitIsLocal(function, High, Low);
        }

        void EmitUnlessAsked(AddressType type, Label otherwise)
        {
            code.Move(Register.R1, QuestionFunction.Argument);
            code.Alu(AluOperation.And, Register.R1, 1 << (int)type);
            code.Jump(JumpCondition.Equal, Register.R1, 0, otherwise);
        }
    }

    private static void EmitTestType(AddressTypeIn question, QuestionFunction function) => function.LoadTest(
        MemorySize.Byte, Register.R1, (question.IsSource ? TestInputLayout.SourceTypes : TestInputLayout.DestinationTypes) + (int)question.Scope);
}
