using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for the first extension header of one kind in an IPv6 packet.</summary>
internal static class ExtensionEmitter
{
    private const int Header = HeaderSearchEmitter.Buffer, LengthAt = 1;
    private const Register Offset = HeaderSearchEmitter.Offset;

    internal static void Emit(ExtensionNumber question, QuestionFunction function)
    {
        HeaderSearchEmitter.Emit(function, question.Kind, function.No, function.No);
        function.Code.Alu(AluOperation.Add, Offset, question.Offset);
        function.EmitRead(Header, question.Bytes, Offset, function.No);
        NumberRangeEmitter.Emit(function, Header, question.Bytes, question.Mask);
    }

    internal static void Emit(ExtensionCut question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label said = code.DefineLabel("as it says");
        HeaderSearchEmitter.Emit(function, question.Kind, absent: function.No, broken: function.Yes);
        function.EmitRead(Header, LengthAt + 1, Offset, function.Yes);
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Header + LengthAt);
        EmitLength(code, question.Kind);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R1, question.Size, said);
        code.Move(Register.R1, question.Size);
        code.Mark(said);
        code.Alu(AluOperation.Add, Offset, Register.R1);
        code.Alu(AluOperation.Subtract, Offset, 1);
        function.EmitRead(Header, 1, Offset, function.Yes);
        code.Jump(function.No);
    }

    /// <summary>R1, a header's second byte, becomes its length in bytes (<see cref="IPv6HeaderNumber.LengthOf"/>).</summary>
    private static void EmitLength(Assembler code, byte kind)
    {
        if (kind == IPv6HeaderNumber.Fragment)
        {
            code.Move(Register.R1, IPv6HeaderNumber.LengthOf(kind, 0));
            return;
        }

        bool isAuthentication = kind == IPv6HeaderNumber.Authentication;
        code.Alu(AluOperation.Add, Register.R1, isAuthentication ? 2 : 1);
        code.Alu(AluOperation.ShiftLeft, Register.R1, isAuthentication ? 2 : 3);
    }
}
