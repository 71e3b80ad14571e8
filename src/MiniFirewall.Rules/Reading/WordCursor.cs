using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Walks over a line's words.</summary>
internal sealed class WordCursor(List<Word> words, int start)
{
    private int _at = start;

    internal bool AtEnd => _at >= words.Count;

    internal Word Peek => words[_at];

    internal Word Take() => words[_at++];

    /// <summary>The next word where it can be an argument that may be left out (xshared.c, xs_has_arg).</summary>
    internal Word? TakeOptional() =>
        !AtEnd && Peek.Text is not (['-' or '!', ..]) ? Take() : null;

    /// <summary>Whether a word would be taken for an option, were it not wanted as an argument. A negative number would not.</summary>
    internal static bool LooksLikeOption(Word word) => word.Text is ['-', not (>= '0' and <= '9'), ..];
}
