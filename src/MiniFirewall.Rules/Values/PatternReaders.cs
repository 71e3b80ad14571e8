using System.Text;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Values;

/// <summary>Readers of bytes that are looked for in packets.</summary>
internal static class PatternReaders
{
    /// <summary>XT_STRING_MAX_PATTERN_SIZE.</summary>
    private const int MostBytes = 128;
    private const string Example = "such as 'GET |2f 0d0a|'";

    /// <summary>The bytes of a text's UTF-8.</summary>
    internal static bool Text(Word word, ReadContext context, out ValueArray<byte> pattern)
    {
        pattern = new([.. Encoding.UTF8.GetBytes(word.Text)]);
        return IsUsable(word, context, pattern);
    }

    /// <summary>
    /// Text with bytes in hexadecimal between bars; a backslash before a character of the text takes it as it is. The character
    /// behind a closing bar is taken as it is too, whatever it is (libxt_string.c, parse_hex_string).
    /// </summary>
    internal static bool Hex(Word word, ReadContext context, out ValueArray<byte> pattern)
    {
        string? problem = TryReadHex(Encoding.UTF8.GetBytes(word.Text), out List<byte> bytes);
        pattern = new([.. bytes]);
        if (problem is not null)
        {
            context.Diagnostics.Report(ErrorCodes.BadPattern, word, $"{Show.Word(word.Text)} is not a string with hexadecimal bytes: {problem}", Example, Convention.Usage(Said(word.Text)));
        }

        return problem is null && IsUsable(word, context, pattern);
    }

    private static bool IsUsable(Word word, ReadContext context, ValueArray<byte> pattern)
    {
        if (pattern.Count is > 0 and <= MostBytes)
        {
            return true;
        }

        context.Diagnostics.Report(
            ErrorCodes.BadPattern, word, pattern.Count == 0 ? "the string is empty" : $"the string has {pattern.Count} bytes", $"1 to {MostBytes} bytes",
            pattern.Count == 0 ? Convention.InvalidArgument : Convention.Usage("STRING too long"));
        return false;
    }

    private static string? TryReadHex(ReadOnlySpan<byte> text, out List<byte> bytes)
    {
        bytes = [];
        int at = 0;
        while (at < text.Length)
        {
            if (text[at] == '\\')
            {
                if (at + 1 == text.Length)
                {
                    return "nothing follows the last backslash";
                }

                bytes.Add(text[at + 1]);
                at += 2;
            }
            else if (text[at] != '|')
            {
                bytes.Add(text[at++]);
            }
            else if (TryReadBlock(text, ref at, bytes) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>From a bar to behind the character that follows the next one.</summary>
    private static string? TryReadBlock(ReadOnlySpan<byte> text, ref int at, List<byte> bytes)
    {
        at++;
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }

        if (at == text.Length)
        {
            return null;
        }

        do
        {
            if (at + 2 >= text.Length)
            {
                return "a bar, or a digit, is missing at the end";
            }

            if (!char.IsAsciiHexDigit((char)text[at]) || !char.IsAsciiHexDigit((char)text[at + 1]))
            {
                return "between bars stand two digits a byte, with one blank at most between bytes";
            }

            bytes.Add(Convert.FromHexString(Encoding.ASCII.GetString(text.Slice(at, 2)))[0]);
            at += text[at + 2] == ' ' ? 3 : 2;
        }
        while (at < text.Length && text[at] != '|');

        if (++at < text.Length)
        {
            bytes.Add(text[at++]);
        }

        return null;
    }

    private static string Said(string text) => text.Split('|')[1..].SelectMany(block => block).FirstOrDefault(letter => letter != ' ' && !char.IsAsciiHexDigit(letter)) is var odd and not '\0'
        ? $"Invalid hex char '{odd}'"
        : "Odd number of hex digits";
}
