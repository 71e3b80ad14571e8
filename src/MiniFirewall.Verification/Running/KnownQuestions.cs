using System.Collections.Immutable;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Policy;

namespace MiniFirewall.Verification.Running;

/// <summary>The questions of statements, by what ops call them.</summary>
internal sealed class KnownQuestions
{
    private readonly Dictionary<(ulong Code, ulong Argument), Question> _questions = [];

    internal KnownQuestions(ImmutableArray<PacketProgram> programs)
    {
        foreach (Step step in programs.SelectMany(program => program.Blocks).SelectMany(block => block.Statements).SelectMany(statement => statement.Late))
        {
            if ((step is DropWhen drop ? drop.Condition : ((Require)step).Condition) is QuestionTest { Question: var question })
            {
                _questions.TryAdd((QuestionCodes.HashOf(question.Code), question.Argument), question);
            }
        }
    }

    /// <exception cref="BrokenImageException">No statement asks it.</exception>
    internal Question Find(ulong code, ulong argument) => _questions.TryGetValue((code, argument), out Question? question)
        ? question
        : throw new BrokenImageException($"a question {code:x} of {argument:x}, which no statement asks");
}
