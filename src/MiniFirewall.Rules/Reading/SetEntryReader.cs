using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Reads elements into a set: after "add", between braces, and from a file of one a line.</summary>
internal sealed class SetEntryReader(ReadSession session)
{
    private readonly DiagnosticBag _diagnostics = session.Diagnostics;
    private NamedSet? _last;
    private SetElementReader? _reader;

    /// <summary>The name of the set that was filled last: most often the next one's too.</summary>
    internal string LastName => _last?.Name ?? "";

    /// <summary>ENTRY [OPTIONS] at a line's end.</summary>
    internal void ReadLine(ref SetScanner scanner, NamedSet set)
    {
        (int start, int length) = scanner.TakePlace();
        if (length == 0)
        {
            _diagnostics.Report(ErrorCodes.BadSetLine, scanner.Place, "'add' has no element", "write add NAME ENTRY");
            return;
        }

        SetElementOptions? options = null;
        while (!scanner.AtLineEnd)
        {
            if (scanner.TakeIf("-exist"))
            {
                continue;
            }

            Word option = scanner.Take();
            options ??= new(set);
            if (!SetElementOptions.IsOne(option.Text))
            {
                _diagnostics.Report(ErrorCodes.UnsupportedSetOption, option, $"{Show.Word(option.Text)} of an element is not supported", WhyNoOption(option.Text));
                return;
            }

            if (!TakeOption(option, options, SetElementOptions.TakesValue(option.Text) ? scanner.TakeQuoted() : null))
            {
                return;
            }
        }

        Read(session.Source.SpanOf(start, start + length), session.Source.Content.AsSpan(start, length), options, set);
    }

    /// <summary>Elements with commas, blanks or line ends between them, up to the closing brace.</summary>
    /// <param name="open">The opening brace.</param>
    internal void ReadBraces(ref SetScanner scanner, Word open, NamedSet set)
    {
        while (!_diagnostics.IsFull)
        {
            if (scanner.AtLineEnd)
            {
                if (scanner.AtEnd || scanner.NextLine() >= session.Source.Content.Length)
                {
                    _diagnostics.Report(ErrorCodes.BadSetLine, open, "the brace is not closed", "write } after the set's elements");
                    return;
                }

                continue;
            }

            (int start, int length) = scanner.TakePlace();
            ReadOnlySpan<char> word = session.Source.Content.AsSpan(start, length);
            bool closes = word[^1] == '}';
            if (closes)
            {
                word = word[..^1];
            }

            if (!word.IsEmpty)
            {
                SetElementOptions? options = closes || word[^1] == ',' ? null : TakeOptions(ref scanner, set, ref closes);
                ReadWord(start, word, options, set);
            }

            if (closes)
            {
                RefuseMore(ref scanner);
                return;
            }
        }
    }

    /// <summary>A file of one element a line, with comments after '#'.</summary>
    internal void ReadFile(Word path, NamedSet set)
    {
        string text;
        string full = Path.Combine(Path.GetDirectoryName(session.Source.File) ?? "", path.Text);
        try
        {
            text = session.Options.SetFile(full);
        }
        catch (IOException error)
        {
            _diagnostics.Report(ErrorCodes.BadSetFile, path, $"the set's file cannot be read: {error.Message.TrimEnd('.')}", "a path in it begins at the rule file's directory");
            return;
        }

        ReadFile(full, text, set);
    }

    private void ReadFile(string path, string text, NamedSet set)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadFileLine(path, number, line, set);
            if (_diagnostics.IsFull)
            {
                return;
            }
        }
    }

    private void ReadFileLine(string path, int number, ReadOnlySpan<char> line, NamedSet set)
    {
        int comment = line.IndexOf('#');
        ReadOnlySpan<char> entry = (comment < 0 ? line : line[..comment]).Trim();
        SetElementOptions? options = null;
        if (entry.ContainsAny(' ', '\t'))
        {
            // A comment in quotes may have the sign that begins one of the file's.
            var scanner = new SetScanner(line.ToString(), 0);
            (int start, int length) = scanner.TakePlace();
            entry = line.Slice(start, length);
            options = new(set);
            while (!scanner.AtLineEnd)
            {
                Word option = scanner.Take();
                if (!options.TryTake(option.Text, SetElementOptions.TakesValue(option.Text) ? scanner.TakeQuoted().Text : ""))
                {
                    _diagnostics.Report(ErrorCodes.BadSetElement, new SourceSpan(path, number, option.Start + 1, option.Text.Length), options.Problem, options.Help);
                    return;
                }
            }
        }

        if (!entry.IsEmpty)
        {
            Read(new SourceSpan(path, number, line.IndexOf(entry) + 1, entry.Length), entry, options, set);
        }
    }

    /// <summary>What stands between braces behind an element, up to a comma, the closing brace or the next element.</summary>
    private SetElementOptions? TakeOptions(ref SetScanner scanner, NamedSet set, ref bool closes)
    {
        SetElementOptions? options = null;
        bool isLast = false;
        while (!isLast && SetElementOptions.IsOne(scanner.Peek().TrimEnd(",}")))
        {
            Word option = TakeTrimmed(ref scanner, ref closes, ref isLast);
            Word? value = null;
            if (SetElementOptions.TakesValue(option.Text) && !isLast)
            {
                value = scanner.IsQuoted ? scanner.TakeQuoted() : TakeTrimmed(ref scanner, ref closes, ref isLast);
            }

            options ??= new(set);
            TakeOption(option, options, value);
        }

        return options;
    }

    /// <summary>A word without a comma or brace at its end, which ends an element.</summary>
    private static Word TakeTrimmed(ref SetScanner scanner, ref bool closes, ref bool isLast)
    {
        Word word = scanner.Take();
        string text = word.Text.TrimEnd(',', '}');
        isLast = text.Length < word.Text.Length;
        closes |= isLast && word.Text.EndsWith('}');
        return new Word(text, word.Start, word.Start + text.Length);
    }

    private bool TakeOption(Word option, SetElementOptions options, Word? value)
    {
        if (SetElementOptions.TakesValue(option.Text) && value is not { Text.Length: > 0 } && option.Text != "comment")
        {
            _diagnostics.Report(ErrorCodes.MissingArgument, option, $"{Show.Word(option.Text)} needs an argument", "write it after the option");
            return false;
        }

        bool taken = options.TryTake(option.Text, value?.Text ?? "");
        if (!taken)
        {
            _diagnostics.Report(ErrorCodes.BadSetElement, value is { Text.Length: > 0 } given ? given : option, options.Problem, options.Help);
        }

        return taken;
    }

    /// <summary>A word may have several elements, with commas between the parts of each and between them.</summary>
    private void ReadWord(int start, ReadOnlySpan<char> word, SetElementOptions? options, NamedSet set)
    {
        int parts = set.Type.Parts.Length, begin = 0, seen = 0;
        for (int i = 0; i <= word.Length; i++)
        {
            if (i < word.Length && word[i] != ',')
            {
                continue;
            }

            seen++;
            bool isLast = i >= word.Length - 1;
            if (seen == parts || isLast)
            {
                ReadEntry(start + begin, word[begin..i], isLast ? options : null, set);
                (begin, seen) = (i + 1, 0);
            }

            if (isLast)
            {
                return;
            }
        }
    }

    private void ReadEntry(int start, ReadOnlySpan<char> entry, SetElementOptions? options, NamedSet set)
    {
        if (!entry.IsEmpty)
        {
            Read(session.Source.SpanOf(start, start + entry.Length), entry, options, set);
        }
    }

    private void Read(SourceSpan place, ReadOnlySpan<char> entry, SetElementOptions? options, NamedSet set)
    {
        if (!ReaderOf(set).TryRead(entry, options, set.Elements))
        {
            Refuse(place);
        }
    }

    private void RefuseMore(ref SetScanner scanner)
    {
        if (!scanner.AtLineEnd)
        {
            Word word = scanner.Take();
            _diagnostics.Report(ErrorCodes.BadSetLine, word, $"{Show.Word(word.Text)} follows the set's closing brace", "begin a new line for it");
        }
    }

    private SetElementReader ReaderOf(NamedSet set)
    {
        if (!ReferenceEquals(_last, set))
        {
            _reader = new SetElementReader(set.Type, set.Families, session.Options.Names);
            _last = set;
        }

        return _reader!;
    }

    private void Refuse(SourceSpan place) => _diagnostics.Report(ErrorCodes.BadSetElement, place, _reader!.Problem, _reader.Help);

    private static string WhyNoOption(string option) => option switch
    {
        "skbmark" or "skbprio" or "skbqueue" => "no rule of the filter table changes a packet by it; leave it out",
        _ => "after an element stand nomatch, timeout, packets, bytes or comment",
    };
}
