using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks for the first extension header of one kind in an IPv6 packet.</summary>
internal static class ExtensionEmitter
{
    internal static void Emit(ExtensionNumber question, QuestionFunction function)
    {
        HeaderSearchEmitter.Emit(function, question.Kind, function.No, function.No);
        function.Code.Alu(AluOperation.Add, HeaderSearchEmitter.Offset, question.Offset);
        function.EmitRead(HeaderSearchEmitter.Buffer, question.Bytes, HeaderSearchEmitter.Offset, function.No);
        NumberRangeEmitter.Emit(function, HeaderSearchEmitter.Buffer, question.Bytes, question.Mask);
    }
}
