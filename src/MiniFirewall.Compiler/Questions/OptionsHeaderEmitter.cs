using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for an IPv6 header of hop-by-hop or destination options.</summary>
internal static class OptionsHeaderEmitter
{
    private const int FixedBytes = 2, LengthAt = 1;
    private const int Buffer = HeaderSearchEmitter.Buffer;

    /// <summary>
    /// What is left of the header, two bytes of stack. There the verifier keeps nothing of a number (it is no multiple of eight), so
    /// that it can tell the outcome of no jump (see <see cref="NumberTestEmitter"/>).
    /// </summary>
    private const int LeftAt = Buffer + 10;

    private const Register Left = Register.R2, Size = Register.R1;

    internal static void Emit(OptionsHeader question, QuestionFunction function)
    {
        Assembler code = function.Code;
        HeaderSearchEmitter.Emit(function, question.Header, function.No, function.No);
        function.EmitRead(Buffer, FixedBytes, HeaderSearchEmitter.Offset, function.No);
        HeaderSearchEmitter.EmitWhole(function, Buffer + LengthAt, function.No);
        if (question.Length is { } length)
        {
            NumberTestEmitter.Emit(code, Register.R1, HeaderSearchEmitter.LeastLength, HeaderSearchEmitter.MostLength, length, function.No);
        }

        code.Alu(AluOperation.Subtract, Register.R1, FixedBytes);
        code.Store(MemorySize.Half, Register.R10, LeftAt, Register.R1);
        code.Alu(AluOperation.Add, HeaderSearchEmitter.Offset, FixedBytes);
        for (int i = 0; i < question.Options.Length; i++)
        {
            EmitOption(function, question.Options[i]);
            if (i < question.Options.Length - 1)
            {
                EmitStep(function, question.Options[i]);
            }
        }

        code.Jump(function.Yes);
    }

    /// <summary>No, where it is another option.</summary>
    private static void EmitOption(QuestionFunction function, HeaderOption option)
    {
        // Type 0 is one byte of padding, without a length.
        Assembler code = function.Code;
        int read = option.Type == 0 ? 1 : 2;
        code.Load(MemorySize.Half, Left, Register.R10, LeftAt);
        code.Jump(JumpCondition.Less, Left, read, function.No);
        function.EmitRead(Buffer, read, HeaderSearchEmitter.Offset, function.No);
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Buffer);
        code.Jump(JumpCondition.NotEqual, Register.R1, option.Type, function.No);
        if (option is { Type: not 0, Length: { } length })
        {
            code.Load(MemorySize.Byte, Register.R1, Register.R10, Buffer + LengthAt);
            code.Jump(JumpCondition.NotEqual, Register.R1, length, function.No);
        }
    }

    /// <summary>Steps over an option; no, where it reaches beyond the header.</summary>
    private static void EmitStep(QuestionFunction function, HeaderOption option)
    {
        Assembler code = function.Code;
        code.Move(Size, 1);
        if (option.Type != 0)
        {
            code.Load(MemorySize.Byte, Size, Register.R10, Buffer + LengthAt);
            code.Alu(AluOperation.Add, Size, 2);
        }

        code.Load(MemorySize.Half, Left, Register.R10, LeftAt);
        code.Jump(JumpCondition.Less, Left, Size, function.No);
        code.Alu(AluOperation.Subtract, Left, Size);
        code.Store(MemorySize.Half, Register.R10, LeftAt, Left);
        code.Alu(AluOperation.Add, HeaderSearchEmitter.Offset, Size);
    }
}
