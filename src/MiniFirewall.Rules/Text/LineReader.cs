using System.Buffers;
using System.Text;
using MiniFirewall.Rules.Diagnostics;

namespace MiniFirewall.Rules.Text;

/// <summary>
/// Splits a text into lines and lines into words, in one pass. A backslash before a line's end continues the line; a line
/// that begins with '#' is a comment.
/// </summary>
internal sealed class LineReader(SourceText source, DiagnosticBag diagnostics)
{
    private const char ByteOrderMark = '\uFEFF';

    /// <summary>Characters that stand for themselves in either style, and that nothing has to be asked about.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("!#%*+,-./0123456789:=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{}~");

    private readonly List<Word> _words = [];
    private readonly WordPool _pool = new();
    private readonly string _text = source.Content;
    private int _at = source.Content.StartsWith(ByteOrderMark) ? 1 : 0;

    /// <summary>Where the next line begins.</summary>
    internal int Position
    {
        get => _at;
        set => _at = value;
    }

    internal bool AtEnd => _at >= _text.Length;

    /// <summary>The place after the last character.</summary>
    internal Word End => new("", _text.Length, _text.Length);

    /// <summary>
    /// The next line's words, until another line is read; empty for a blank line and a comment, null where the line cannot be
    /// split (reported).
    /// </summary>
    internal List<Word>? ReadLine(QuotingStyle style)
    {
        List<Word> words = _words;
        words.Clear();
        while (true)
        {
            SkipBlanks();
            if (AtEnd || _text[_at] == '\n')
            {
                _at++;
                return words;
            }

            if (_text[_at] == '#' && (words.Count == 0 || style == QuotingStyle.Shell))
            {
                SkipLine();
                return words;
            }

            if (ReadWord(style) is not { } word)
            {
                SkipLine();
                return null;
            }

            words.Add(word);
        }
    }

    /// <summary>Where the next line begins.</summary>
    internal int At => _at;

    /// <summary>The text that has not been read yet.</summary>
    internal ReadOnlySpan<char> Rest => _text.AsSpan(Math.Min(_at, _text.Length));

    /// <summary>Moves behind the line that the text goes on with.</summary>
    internal void Skip() => SkipLine();

    /// <summary>The rest of the line as it stands, without blanks at its ends.</summary>
    internal Word ReadRaw()
    {
        int start = _at;
        SkipLine();
        int end = Math.Min(_at - 1, _text.Length);
        while (start < end && char.IsWhiteSpace(_text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(_text[end - 1]))
        {
            end--;
        }

        return new Word(_text[start..end], start, end);
    }

    private void SkipBlanks()
    {
        while (!AtEnd)
        {
            if (_text[_at] is ' ' or '\t' or '\r')
            {
                _at++;
            }
            else if (ContinuationLength() is > 0 and int length)
            {
                _at += length;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Moves behind the line's end.</summary>
    private void SkipLine()
    {
        int end = _text.IndexOf('\n', Math.Min(_at, _text.Length));
        _at = (end < 0 ? _text.Length : end) + 1;
    }

    private int ContinuationLength()
    {
        ReadOnlySpan<char> rest = _text.AsSpan(_at);
        return rest.StartsWith("\\\n") ? 2 : rest.StartsWith("\\\r\n") ? 3 : 0;
    }

    private Word? ReadWord(QuotingStyle style)
    {
        int start = _at;
        if (TryReadPlainWord(out Word plain))
        {
            return plain;
        }

        var word = new StringBuilder();
        while (!AtEnd && !IsBlank(_text[_at]))
        {
            char c = _text[_at];
            bool read = c switch
            {
                '"' => ReadDoubleQuoted(style, word),
                '\'' when style == QuotingStyle.Shell => ReadSingleQuoted(word),
                '\\' => ReadBackslash(style, word),
                _ => ReadPlain(style, word),
            };
            if (!read)
            {
                return null;
            }
        }

        return new Word(word.ToString(), start, _at);
    }

    /// <summary>Reads a word of plain characters only; false where it has others, and nothing is read.</summary>
    private bool TryReadPlainWord(out Word word)
    {
        ReadOnlySpan<char> rest = _text.AsSpan(_at);
        int length = rest.IndexOfAnyExcept(Plain);
        length = length < 0 ? rest.Length : length;
        word = default;
        if (length == 0 || (length < rest.Length && !IsBlank(rest[length])))
        {
            return false;
        }

        word = new Word(_pool.Get(rest[..length]), _at, _at + length);
        _at += length;
        return true;
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\r' or '\n';

    private bool ReadPlain(QuotingStyle style, StringBuilder word)
    {
        char c = _text[_at];
        if (style == QuotingStyle.Shell && (c is '$' or '`' or ';' or '|' or '&' or '<' or '>' or '(' or ')'))
        {
            return RefuseShellSyntax(c);
        }

        return Append(word);
    }

    private bool ReadBackslash(QuotingStyle style, StringBuilder word)
    {
        if (ContinuationLength() is > 0 and int length)
        {
            _at += length;
            return true;
        }

        if (style == QuotingStyle.Shell && _at + 1 < _text.Length)
        {
            _at++;
        }

        return Append(word);
    }

    private bool ReadSingleQuoted(StringBuilder word)
    {
        int open = _at++;
        while (!AtEnd && _text[_at] != '\n')
        {
            if (_text[_at] == '\'')
            {
                _at++;
                return true;
            }

            if (!Append(word))
            {
                return false;
            }
        }

        return RefuseOpenQuote(open);
    }

    private bool ReadDoubleQuoted(QuotingStyle style, StringBuilder word)
    {
        int open = _at++;
        while (!AtEnd && _text[_at] != '\n')
        {
            char c = _text[_at];
            if (c == '"')
            {
                _at++;
                return true;
            }

            if (style == QuotingStyle.Shell && (c is '$' or '`'))
            {
                return RefuseShellSyntax(c);
            }

            if (c == '\\' && _at + 1 < _text.Length && Escapes(style, _text[_at + 1]))
            {
                _at++;
            }

            if (!Append(word))
            {
                return false;
            }
        }

        return RefuseOpenQuote(open);
    }

    /// <summary>
    /// Whether a backslash in double quotes takes the next character as it is. A shell leaves \' alone; here it is an
    /// escaped quote in both styles, since iptables-save and iptables -S write it so.
    /// </summary>
    private static bool Escapes(QuotingStyle style, char next) =>
        next != '\n' && (style == QuotingStyle.Save || next is '"' or '\\' or '$' or '`' or '\'');

    private bool Append(StringBuilder word)
    {
        char c = _text[_at];
        if ((char.IsControl(c) && c != '\t') || !IsWholeCharacter())
        {
            diagnostics.Report(
                ErrorCodes.BadCharacter,
                new Word("", _at, _at + 1),
                $"character U+{(int)c:X4} cannot stand in a rule",
                "write the line again with an editor that shows such characters");
            return false;
        }

        word.Append(c);
        _at++;
        return true;
    }

    /// <summary>False for half of a surrogate pair.</summary>
    private bool IsWholeCharacter()
    {
        char c = _text[_at];
        return !char.IsSurrogate(c)
            || (char.IsHighSurrogate(c) && _at + 1 < _text.Length && char.IsLowSurrogate(_text[_at + 1]))
            || (char.IsLowSurrogate(c) && _at > 0 && char.IsHighSurrogate(_text[_at - 1]));
    }

    private bool RefuseOpenQuote(int open)
    {
        diagnostics.Report(
            ErrorCodes.UnterminatedQuote,
            new Word("", open, open + 1),
            "a quote is opened and not closed on this line",
            $"put {_text[open]} after the text");
        return false;
    }

    private bool RefuseShellSyntax(char c)
    {
        (string message, string help) = c switch
        {
            '$' => ("a shell variable is left in", "write its value: no shell reads this file"),
            '`' => ("a shell command is left in", "write its output: no shell reads this file"),
            _ => ($"shell syntax {Show.Word(c.ToString())} has no meaning here", "write one command a line, or put the text in quotes"),
        };
        diagnostics.Report(ErrorCodes.ShellSyntax, new Word("", _at, _at + 1), message, help);
        return false;
    }
}
