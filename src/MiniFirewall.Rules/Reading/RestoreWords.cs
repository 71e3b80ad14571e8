using System.Text;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>
/// Splits a line as iptables-restore does (xshared.c, add_param_to_argv): blanks part words, a double quote begins a part with
/// blanks and ends word and part, a backslash there takes the next character as it is.
/// </summary>
internal static class RestoreWords
{
    /// <param name="words">Is given the words, in place of those it has.</param>
    /// <returns>What is wrong and where; null where nothing is.</returns>
    internal static (string Message, int At)? Split(string line, int start, List<Word> words)
    {
        words.Clear();
        for (int at = start; at < line.Length;)
        {
            if (line[at] is ' ' or '\t')
            {
                at++;
            }
            else if (ReadWord(line, ref at, words) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    private static (string Message, int At)? ReadWord(string line, ref int at, List<Word> words)
    {
        int start = at, end = line.AsSpan(at).IndexOfAny(' ', '\t', '"');
        end = end < 0 ? line.Length : at + end;
        if (end == line.Length || line[end] != '"')
        {
            at = end;
            words.Add(new Word(line[start..end], start, end));
            return FindControl(line, start, end);
        }

        var word = new StringBuilder().Append(line.AsSpan(start, end - start));
        for (at = end + 1; at < line.Length && line[at] != '"'; at++)
        {
            at += line[at] == '\\' && at + 1 < line.Length ? 1 : 0;
            word.Append(line[at]);
        }

        if (at >= line.Length)
        {
            return ("a quote is opened and not closed on this line", end);
        }

        at++;
        words.Add(new Word(word.ToString(), start, at));
        return FindControl(line, start, at);
    }

    /// <summary>Characters that the text of rules could not be read back with.</summary>
    private static (string Message, int At)? FindControl(string line, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            if (char.IsControl(line[i]) && line[i] != '\t')
            {
                return ($"character U+{(int)line[i]:X4} cannot stand in a rule", i);
            }
        }

        return null;
    }
}
