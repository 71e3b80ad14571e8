namespace MiniFirewall.Rules.Text;

/// <summary>One word of a line after quotes are taken off; [Start, End) is where it stands in the text.</summary>
internal readonly record struct Word(string Text, int Start, int End)
{
    /// <summary>The part from <paramref name="index"/> on; the whole word's place where quotes make offsets inexact.</summary>
    internal Word From(int index) => Part(index, Text.Length - index);

    /// <summary>A part of the word as a word.</summary>
    internal Word Part(int index, int length) => End - Start == Text.Length
        ? new Word(Text.Substring(index, length), Start + index, Start + index + length)
        : new Word(Text.Substring(index, length), Start, End);

    /// <summary>The parts between separators, with their places; one more than there are separators.</summary>
    internal IEnumerable<Word> Split(char separator)
    {
        int start = 0;
        for (int i = Text.IndexOf(separator); i >= 0; i = Text.IndexOf(separator, start))
        {
            yield return Part(start, i - start);
            start = i + 1;
        }

        yield return From(start);
    }
}
