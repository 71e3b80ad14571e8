using System.Text;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Readers of free text.</summary>
internal static class TextReaders
{
    /// <summary>
    /// Text of at least <paramref name="least"/> bytes. What goes beyond <paramref name="most"/> bytes of UTF-8 is cut off, as
    /// libxtables does (xtopt_parse_string), at a character's end.
    /// </summary>
    internal static ValueReader<string> Text(string what, int least, int most)
    {
        return Read;

        bool Read(Word word, ReadContext context, out string text)
        {
            text = Cut(word.Text, most);
            if (Encoding.UTF8.GetByteCount(text) >= least)
            {
                return true;
            }

            context.Diagnostics.Report(ErrorCodes.EmptyText, word, $"the {what} is empty", "write some text or leave the option out");
            return false;
        }
    }

    /// <summary>
    /// A name that the kernel gives a file in /proc or /sys: not empty, without '/', and neither "." nor ".."
    /// (net/netfilter/x_tables.c, xt_check_proc_name). What goes beyond <paramref name="most"/> bytes is cut off.
    /// </summary>
    internal static ValueReader<string> FileName(string what, int most)
    {
        ValueReader<string> text = Text($"name of the {what}", 1, most);
        return Read;

        bool Read(Word word, ReadContext context, out string name)
        {
            if (!text(word, context, out name))
            {
                return false;
            }

            if (name is not ("." or "..") && !name.Contains('/', StringComparison.Ordinal))
            {
                return true;
            }

            context.Diagnostics.Report(
                ErrorCodes.BadName, word, $"{Show.Word(word.Text)} cannot name the {what}", "a file has the name: no '/', and not dots alone", Convention.InvalidArgument);
            return false;
        }
    }

    private static string Cut(string text, int most)
    {
        int bytes = 0, length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > most)
            {
                return text[..length];
            }

            length += rune.Utf16SequenceLength;
        }

        return text;
    }
}
