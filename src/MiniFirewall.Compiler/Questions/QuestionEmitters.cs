using System.Collections.Frozen;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>The one list of the kinds of questions that can be compiled.</summary>
internal static class QuestionEmitters
{
    private static readonly FrozenDictionary<Type, Action<Question, QuestionFunction>> All = new[]
    {
        Of<HeaderNumber>(HeaderNumberEmitter.Emit),
        Of<TcpOption>(TcpOptionEmitter.Emit),
    }.ToFrozenDictionary();

    /// <exception cref="CompileException">Nobody knows how to ask it.</exception>
    internal static void Emit(Question question, QuestionFunction function)
    {
        if (!All.TryGetValue(question.GetType(), out Action<Question, QuestionFunction>? emit))
        {
            throw new CompileException($"a question of kind {question.GetType().Name}", Origin.None);
        }

        emit(question, function);
    }

    private static KeyValuePair<Type, Action<Question, QuestionFunction>> Of<T>(Action<T, QuestionFunction> emit)
        where T : Question => new(typeof(T), (question, function) => emit((T)question, function));
}
