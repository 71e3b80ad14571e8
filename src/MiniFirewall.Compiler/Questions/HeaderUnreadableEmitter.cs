using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Asks whether an IPv6 extension header cannot be read.</summary>
internal static class HeaderUnreadableEmitter
{
    private const int LengthAt = 1;

    internal static void Emit(HeaderUnreadable question, QuestionFunction function)
    {
        HeaderSearchEmitter.Emit(function, question.Header, absent: function.No, broken: function.Yes);
        if (question.Header == IPv6HeaderNumber.Fragment)
        {
            function.EmitRead(HeaderSearchEmitter.Buffer, FragmentHeader.Bytes, HeaderSearchEmitter.Offset, function.Yes);
        }
        else
        {
            function.EmitRead(HeaderSearchEmitter.Buffer, LengthAt + 1, HeaderSearchEmitter.Offset, function.Yes);
            HeaderSearchEmitter.EmitWhole(function, HeaderSearchEmitter.Buffer + LengthAt, function.Yes);
        }

        function.Code.Jump(function.No);
    }
}
