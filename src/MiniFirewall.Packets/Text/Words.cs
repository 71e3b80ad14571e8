namespace MiniFirewall.Packets.Text;

/// <summary>A word of a description and where it stands.</summary>
/// <param name="Column">From 1.</param>
internal readonly record struct Word(string Text, int Column)
{
    internal static List<Word> Split(string text)
    {
        var words = new List<Word>();
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && !char.IsWhiteSpace(text[i]))
            {
                continue;
            }

            if (i > start)
            {
                words.Add(new(text[start..i], start + 1));
            }

            start = i + 1;
        }

        return words;
    }
}
