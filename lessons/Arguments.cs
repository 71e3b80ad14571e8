using System.Globalization;

namespace MiniFirewall.Lessons;

/// <summary>A wrong command line; the message says what is wrong.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>What follows the lesson's name: words, then behind "--" a command.</summary>
internal sealed record Arguments(string[] Words, string[] Command)
{
    internal static Arguments Parse(ReadOnlySpan<string> words)
    {
        int end = words.IndexOf("--");
        if (end == words.Length - 1 && end >= 0)
        {
            throw new UsageException("no command follows --");
        }

        return end < 0 ? new(words.ToArray(), []) : new(words[..end].ToArray(), words[(end + 1)..].ToArray());
    }

    /// <summary>The numbers of words NAME=NUMBER; a word that is none, or of another name, is refused.</summary>
    internal Dictionary<string, int> Numbers(params ReadOnlySpan<(string Name, int Default)> known)
    {
        var numbers = new Dictionary<string, int>();
        foreach ((string name, int value) in known)
        {
            numbers[name] = value;
        }

        foreach (string word in Words)
        {
            string[] parts = word.Split('=', 2);
            if (parts.Length < 2 || !numbers.ContainsKey(parts[0]) || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out int number))
            {
                throw new UsageException($"\"{word}\" is no setting of this lesson, NAME=NUMBER");
            }

            numbers[parts[0]] = number;
        }

        return numbers;
    }

    internal void RequireNoWords()
    {
        if (Words.Length > 0)
        {
            throw new UsageException($"this lesson takes no \"{Words[0]}\"");
        }
    }
}
