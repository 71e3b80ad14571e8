using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks whether an IPv6 extension header cannot be read.</summary>
internal static class HeaderUnreadableEmitter
{
    private const int Header = HeaderSearchEmitter.Buffer, LengthAt = 1;
    private const Register Offset = HeaderSearchEmitter.Offset;

    internal static void Emit(HeaderUnreadable question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label said = code.DefineLabel("as it says");
        HeaderSearchEmitter.Emit(function, question.Header, absent: function.No, broken: function.Yes);
        function.EmitRead(Header, LengthAt + 1, Offset, function.Yes);
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Header + LengthAt);
        EmitLength(code, question.Header);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R1, question.Size, said);
        code.Move(Register.R1, question.Size);
        code.Mark(said);
        code.Alu(AluOperation.Add, Offset, Register.R1);
        code.Alu(AluOperation.Subtract, Offset, 1);
        function.EmitRead(Header, 1, Offset, function.Yes);
        code.Jump(function.No);
    }

    /// <summary>R1, a header's second byte, becomes its length in bytes (<see cref="IPv6HeaderNumber.LengthOf"/>).</summary>
    private static void EmitLength(Assembler code, byte header)
    {
        if (header == IPv6HeaderNumber.Fragment)
        {
            code.Move(Register.R1, IPv6HeaderNumber.LengthOf(header, 0));
            return;
        }

        bool isAuthentication = header == IPv6HeaderNumber.Authentication;
        code.Alu(AluOperation.Add, Register.R1, isAuthentication ? 2 : 1);
        code.Alu(AluOperation.ShiftLeft, Register.R1, isAuthentication ? 2 : 3);
    }
}
