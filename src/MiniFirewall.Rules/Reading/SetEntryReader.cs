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

    /// <summary>ENTRY [nomatch] at a line's end.</summary>
    internal void ReadLine(ref SetScanner scanner, NamedSet set)
    {
        string text = session.Source.Content;
        (int start, int length) = scanner.TakePlace();
        bool noMatch = scanner.TakeIf("nomatch");
        scanner.TakeIf("-exist");
        if (length == 0)
        {
            _diagnostics.Report(ErrorCodes.BadSetLine, scanner.Place, "'add' has no element", "write add NAME ENTRY");
        }
        else if (!scanner.AtLineEnd)
        {
            Word option = scanner.Take();
            _diagnostics.Report(ErrorCodes.UnsupportedSetOption, option, $"{Show.Word(option.Text)} of an element is not supported", WhyNoOption(option.Text));
        }
        else if (!ReaderOf(set).TryRead(text.AsSpan(start, length), noMatch, set.Elements))
        {
            Refuse(session.Source.SpanOf(start, start + length));
        }
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
                bool noMatch = !closes && TakeNoMatch(ref scanner, word, ref closes);
                ReadWord(start, word, noMatch, set);
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
        SetElementReader reader = ReaderOf(set);
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            int comment = line.IndexOf('#');
            ReadOnlySpan<char> entry = (comment < 0 ? line : line[..comment]).Trim();
            bool noMatch = entry.EndsWith(" nomatch");
            ReadOnlySpan<char> bare = noMatch ? entry[..^" nomatch".Length].TrimEnd() : entry;
            if (!bare.IsEmpty && !reader.TryRead(bare, noMatch, set.Elements))
            {
                Refuse(new SourceSpan(path, number, line.IndexOf(bare) + 1, bare.Length));
                if (_diagnostics.IsFull)
                {
                    return;
                }
            }
        }
    }

    /// <summary>"nomatch" after an element, which a comma or the closing brace may be glued to.</summary>
    private static bool TakeNoMatch(ref SetScanner scanner, ReadOnlySpan<char> word, ref bool closes)
    {
        if (word[^1] == ',')
        {
            return false;
        }

        ReadOnlySpan<char> next = scanner.Peek();
        if (next is not ("nomatch" or "nomatch," or "nomatch}"))
        {
            return false;
        }

        closes = next[^1] == '}';
        scanner.TakePlace();
        return true;
    }

    /// <summary>A word may have several elements, with commas between the parts of each and between them.</summary>
    private void ReadWord(int start, ReadOnlySpan<char> word, bool noMatch, NamedSet set)
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
                ReadEntry(start + begin, word[begin..i], noMatch && isLast, set);
                (begin, seen) = (i + 1, 0);
            }

            if (isLast)
            {
                return;
            }
        }
    }

    private void ReadEntry(int start, ReadOnlySpan<char> entry, bool noMatch, NamedSet set)
    {
        if (!entry.IsEmpty && !ReaderOf(set).TryRead(entry, noMatch, set.Elements))
        {
            Refuse(session.Source.SpanOf(start, start + entry.Length));
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
        "timeout" or "packets" or "bytes" or "skbmark" or "skbprio" or "skbqueue" => "elements have no state yet; leave it out",
        "comment" => "comments of elements are not kept; leave it out",
        _ => "after an element stands nothing, or nomatch",
    };
}
