using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Questions;

/// <summary>The codes of the questions that programs ask, each once, in the order in which they come to be asked.</summary>
internal sealed class QuestionCodes
{
    private readonly List<Question> _codes = [];
    private readonly List<int> _askers = [];
    private readonly Dictionary<ulong, Question> _byHash = [];

    internal IReadOnlyList<Question> All => _codes;

    /// <summary>The counter of a statement that asks each.</summary>
    internal IReadOnlyList<int> Askers => _askers;

    internal QuestionNumbers Numbers => new(_codes.Select(HashOf));

    /// <param name="asker">The counter of the statement that asks it.</param>
    /// <exception cref="CompileException">More than an image can name.</exception>
    internal void Add(Question code, int asker)
    {
        ulong hash = HashOf(code);
        if (_byHash.TryGetValue(hash, out Question? known))
        {
            if (known != code)
            {
                throw new CompileException($"two questions go by one name: {code}", Origin.None);
            }

            return;
        }

        if (_codes.Count == ChangeFormat.MostQuestions)
        {
            throw new CompileException($"more than {ChangeFormat.MostQuestions} different questions, such as texts to look for, in one rule set", Origin.None);
        }

        _byHash.Add(hash, code);
        _codes.Add(code);
        _askers.Add(asker);
    }

    /// <summary>What an image knows a code by.</summary>
    internal static ulong HashOf(Question code) => NameHash.Of(code.ToString());
}
