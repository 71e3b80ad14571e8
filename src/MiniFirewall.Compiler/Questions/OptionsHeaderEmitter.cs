using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for an IPv6 header of hop-by-hop or destination options.</summary>
internal static class OptionsHeaderEmitter
{
    private const int FixedBytes = 2, LengthAt = 1;
    private const int Buffer = HeaderSearchEmitter.Buffer;
    private const Register Left = Register.R8;

    internal static void Emit(OptionsHeader question, QuestionFunction function)
    {
        Assembler code = function.Code;
        HeaderSearchEmitter.Emit(function, question.Header, function.No, function.No);
        function.EmitRead(Buffer, FixedBytes, HeaderSearchEmitter.Offset, function.No);
        HeaderSearchEmitter.EmitWhole(function, Buffer + LengthAt, function.No);
        if (question.Length is { } length)
        {
            NumberTestEmitter.Emit(code, Register.R1, length, function.No);
        }

        // What is left of the header, and where it begins.
        code.Move(Left, Register.R1);
        code.Alu(AluOperation.Subtract, Left, FixedBytes);
        code.Alu(AluOperation.Add, HeaderSearchEmitter.Offset, FixedBytes);
        for (int i = 0; i < question.Options.Length; i++)
        {
            EmitOption(function, question.Options[i], isLast: i == question.Options.Length - 1);
        }

        code.Jump(function.Yes);
    }

    private static void EmitOption(QuestionFunction function, HeaderOption option, bool isLast)
    {
        // Type 0 is one byte of padding, without a length.
        Assembler code = function.Code;
        int read = option.Type == 0 ? 1 : 2;
        code.Jump(JumpCondition.SignedLess, Left, read, function.No);
        function.EmitRead(Buffer, read, HeaderSearchEmitter.Offset, function.No);
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Buffer);
        code.Jump(JumpCondition.NotEqual, Register.R1, option.Type, function.No);
        code.Move(Register.R1, 1);
        if (option.Type != 0)
        {
            code.Load(MemorySize.Byte, Register.R1, Register.R10, Buffer + LengthAt);
            if (option.Length is { } length)
            {
                code.Jump(JumpCondition.NotEqual, Register.R1, length, function.No);
            }

            code.Alu(AluOperation.Add, Register.R1, 2);
        }

        if (!isLast)
        {
            code.Jump(JumpCondition.SignedLess, Left, Register.R1, function.No);
            code.Alu(AluOperation.Subtract, Left, Register.R1);
            code.Alu(AluOperation.Add, HeaderSearchEmitter.Offset, Register.R1);
        }
    }
}
