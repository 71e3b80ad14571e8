using System.Text;

namespace MiniFirewall.Rules.Text;

/// <summary>How users' words stand in messages: quoted, one line, not too long.</summary>
internal static class Show
{
    private const int Longest = 60;

    internal static string Word(string text) => $"'{Plain(text)}'";

    /// <summary>As <see cref="Word"/>, without quotes.</summary>
    internal static string Plain(string text)
    {
        var shown = new StringBuilder();
        foreach (char c in text.Length > Longest ? text[..Longest] : text)
        {
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        }

        return shown.Append(text.Length > Longest ? "..." : "").ToString();
    }

    /// <summary>"a, b or c".</summary>
    internal static string Choice(IReadOnlyList<string> words) => words.Count switch
    {
        0 => "",
        1 => words[0],
        _ => string.Join(", ", words.Take(words.Count - 1)) + " or " + words[^1],
    };
}
