using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>
/// Reads tests of words (libxt_u32.c): TEST = LOCATION "=" RANGE {"," RANGE}, tests parted by "&amp;&amp;"; LOCATION = NUMBER {("&amp;", "&lt;&lt;",
/// "&gt;&gt;" or "@") NUMBER}; RANGE = NUMBER [":" NUMBER]. At most ten of each. Blanks may stand anywhere but in a sign or a number.
/// </summary>
internal sealed class U32Reader
{
    private const int Most = 10;
    private const string Example = "such as 0>>22&0x3C@12>>26&0x3C@0=0x1:0xff";

    private static readonly (string Sign, WordOperator Operator)[] Operators =
        [("&", WordOperator.And), ("<<", WordOperator.LeftShift), (">>", WordOperator.RightShift), ("@", WordOperator.At)];

    private readonly Word _word;
    private readonly ReadContext _context;
    private int _at;

    private U32Reader(Word word, ReadContext context)
    {
        _word = word;
        _context = context;
    }

    private string Text => _word.Text;

    internal static bool Read(Word word, ReadContext context, out WordArithmetic arithmetic)
    {
        var reader = new U32Reader(word, context);
        arithmetic = new WordArithmetic([]);
        if (reader.TryReadList("&&", "tests", reader.TryReadTest) is not { } tests)
        {
            return false;
        }

        arithmetic = new WordArithmetic(tests);
        return reader._at == word.Text.Length || reader.Report("',' or '&&' is expected", $"at char {reader._at}: expected \",\" or \"&&\"");
    }

    internal static string SignOf(WordOperator which) => Array.Find(Operators, entry => entry.Operator == which).Sign;

    /// <summary>Items with a separator between them; null where they cannot be read (reported).</summary>
    private ValueArray<T>? TryReadList<T>(string separator, string what, Func<T?> read)
        where T : class
    {
        var items = ImmutableArray.CreateBuilder<T>();
        do
        {
            if (items.Count == Most)
            {
                Report($"there are more than {Most} {what}");
                return null;
            }

            if (read() is not { } item)
            {
                return null;
            }

            items.Add(item);
        }
        while (Takes(separator));

        return new(items.DrainToImmutable());
    }

    private WordTest? TryReadTest()
    {
        if (TryReadNumber() is not { } offset || TryReadSteps() is not { } steps)
        {
            return null;
        }

        return TryReadList(",", "values", TryReadRange) is { } ranges
            ? new WordTest(offset, steps, new([.. ranges.Select(range => (range.Low, range.High))]))
            : null;
    }

    private ValueArray<WordStep>? TryReadSteps()
    {
        var steps = ImmutableArray.CreateBuilder<WordStep>();
        while (!Takes("="))
        {
            int sign = Array.FindIndex(Operators, entry => Takes(entry.Sign));
            if (sign < 0)
            {
                Report("'=' or one of '&', '<<', '>>' and '@' is expected", _at >= Text.Length ? "abrupt end of input after location specifier" : $"at char {_at}: operator expected");
                return null;
            }

            if (TryReadNumber() is not { } operand)
            {
                return null;
            }

            WordOperator which = Operators[sign].Operator;
            if (which is WordOperator.LeftShift or WordOperator.RightShift && operand > 31)
            {
                Report("a word is shifted by 31 at most", Convention.InvalidArgument);
                return null;
            }

            steps.Add(new WordStep(which, operand));
            if (steps.Count == Most)
            {
                Report($"there are more than {Most} numbers before '='");
                return null;
            }
        }

        return new(steps.DrainToImmutable());
    }

    private Range? TryReadRange()
    {
        if (TryReadNumber() is not { } low)
        {
            return null;
        }

        uint? high = Takes(":") ? TryReadNumber() : low;
        return high is null ? null : new Range(low, high.Value);
    }

    private uint? TryReadNumber()
    {
        SkipBlanks();
        int start = _at;
        if (_at < Text.Length && Text[_at] == '+')
        {
            start = ++_at;
        }

        while (_at < Text.Length && char.IsAsciiLetterOrDigit(Text[_at]))
        {
            _at++;
        }

        Word word = _word.Part(start, _at - start);
        if (word.Text.Length == 0)
        {
            Report("a number is expected", Said(start));
            return null;
        }

        return NumberReaders.TryRead(word, _context, "number of 32 bits", 0, uint.MaxValue, out uint number, Convention.Usage($"u32: at char {start}: not a number or out of range")) ? number : null;
    }

    private bool Takes(string sign)
    {
        SkipBlanks();
        if (!Text.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal))
        {
            return false;
        }

        _at += sign.Length;
        SkipBlanks();
        return true;
    }

    private void SkipBlanks()
    {
        while (_at < Text.Length && char.IsWhiteSpace(Text[_at]))
        {
            _at++;
        }
    }

    /// <summary>What iptables says where a number is missing.</summary>
    private string Said(int start) => _at < Text.Length && Text[_at] != '=' ? $"at char {start}: not a number or out of range"
        : _at < Text.Length ? $"at char {_at}: location spec missing"
        : Text.TrimEnd().EndsWith('=') ? "test ended with no value specified"
        : "abrupt end of input after location specifier";

    /// <summary>Says what is wrong here; false.</summary>
    /// <param name="said">What iptables says; its common text where there is none.</param>
    private bool Report(string problem, string? said = null) => Report(problem, said is null ? null : Convention.Usage($"u32: {said}"));

    private bool Report(string problem, Convention? convention)
    {
        _context.Diagnostics.Report(
            ErrorCodes.BadU32, _word, _at >= Text.Length ? $"u32: {problem} at the end" : $"u32: {problem} at {Show.Word(Text[_at..])}", Example,
            convention);
        return false;
    }

    private sealed record Range(uint Low, uint High);
}
