namespace MiniFirewall.Testing.Guide;

/// <summary>A fenced block of Markdown.</summary>
/// <param name="Line">Of its first line of text, from 1.</param>
/// <param name="Language">The first word behind the fence, or nothing.</param>
/// <param name="Info">What follows it, or nothing.</param>
public sealed record Fence(int Line, string Language, string Info, IReadOnlyList<string> Lines)
{
    private const string Mark = "```";

    internal static IEnumerable<Fence> ReadAll(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Mark, StringComparison.Ordinal))
            {
                continue;
            }

            int end = Array.FindIndex(lines, i + 1, line => line == Mark);
            if (end < 0)
            {
                throw new FormatException($"the block of line {i + 1} has no end");
            }

            string[] words = lines[i][Mark.Length..].Split(' ', 2);
            yield return new(i + 2, words[0], words.Length > 1 ? words[1] : "", lines[(i + 1)..end]);
            i = end;
        }
    }
}
