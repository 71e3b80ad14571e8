using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Questions;

/// <summary>The numbers by which programs know the codes of questions.</summary>
internal sealed class QuestionNumbers
{
    private readonly List<ulong> _hashes;
    private readonly Dictionary<ulong, int> _numbers = [];

    /// <param name="hashes">Of the codes, in the order of their numbers.</param>
    internal QuestionNumbers(IEnumerable<ulong> hashes)
    {
        _hashes = [.. hashes];
        for (int number = 0; number < _hashes.Count; number++)
        {
            _numbers.TryAdd(_hashes[number], number);
        }
    }

    internal IReadOnlyList<ulong> Hashes => _hashes;

    internal bool Has(Question code) => _numbers.ContainsKey(QuestionCodes.HashOf(code));

    /// <summary>The number of a code that the programs know.</summary>
    internal ushort Of(Question code) => (ushort)_numbers[QuestionCodes.HashOf(code)];
}
