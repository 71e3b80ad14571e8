using MiniFirewall.Compiler.Questions;
using MiniFirewall.Policy;

namespace MiniFirewall.Verification.Symbolic;

/// <summary>A variable for each question: nobody looks into what it asks.</summary>
internal sealed class QuestionVariables
{
    private readonly Dictionary<(ulong Code, ulong Argument), int> _numbers = [];

    internal int Of(Question question) => Of(QuestionCodes.HashOf(question.Code), question.Argument);

    /// <param name="code">The code's hash.</param>
    internal int Of(ulong code, ulong argument)
    {
        if (!_numbers.TryGetValue((code, argument), out int number))
        {
            number = _numbers.Count;
            _numbers.Add((code, argument), number);
        }

        return KeyVariables.OfQuestion(number);
    }
}
