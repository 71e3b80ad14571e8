using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Reads a text line by line: sections of iptables-save, their lines, and command lines.</summary>
internal sealed class TextInterpreter(ReadSession session, RuleSetDraft draft)
{
    private static readonly string[] LineBeginnings = ["iptables", "ip6tables", "*filter", "COMMIT", "-A", "-P", "-N", "set", "create", "add", ConnectionLineReader.Beginning];
    private readonly DiagnosticBag _diagnostics = session.Diagnostics;
    private readonly LineReader _lines = new(session.Source, session.Diagnostics);
    private readonly RepeatedRules _repeated = new();
    private readonly SetLineReader _sets = new(session);
    private readonly ConnectionLineReader _connections = new(session);

    /// <summary>The word that opened the section that is being read; null between sections.</summary>
    private Word? _section;
    private bool _isForeign;
    private bool _isPristine = true;

    internal void Run()
    {
        while (!_lines.AtEnd && !_diagnostics.IsFull)
        {
            if (_isForeign)
            {
                _isForeign = _lines.ReadRaw().Text != "COMMIT";
            }
            else if (_section is null && _sets.TryRead(session.Source.Content, _lines.Position, out int after))
            {
                _lines.Position = after;
            }
            else if (RepeatedRules.TryCut(_lines.Rest, out RepeatedRules.CutLine cut))
            {
                ReadRule(cut);
            }
            else if (_lines.ReadLine(_section is null ? QuotingStyle.Shell : QuotingStyle.Save) is { Count: > 0 } words)
            {
                ReadLine(words);
            }
        }

        if (_section is { } section)
        {
            _diagnostics.Report(
                ErrorCodes.MissingCommit, section, $"the table {Show.Word(section.Text)} is not closed", "write COMMIT on a line after its rules");
        }
    }

    /// <summary>A line that appends a rule, with an end that may have been read before.</summary>
    private void ReadRule(in RepeatedRules.CutLine cut)
    {
        int start = _lines.At;
        if (_repeated.Find(cut) is { } known)
        {
            _lines.Skip();
            _isPristine = false;
            SourceSpan span = session.Source.SpanOf(start, start + cut.Line.Length);
            int chain = start + cut.ChainStart;
            draft.Append(new Word(known.Chain.Text, chain, chain + cut.Chain.Length), known.Families, known.For(cut, start, span));
        }
        else if (_lines.ReadLine(_section is null ? QuotingStyle.Shell : QuotingStyle.Save) is { Count: > 0 } words && ReadCommand(words) is { } command)
        {
            _repeated.Learn(cut, start, command);
        }
    }

    private void ReadLine(List<Word> words)
    {
        switch (words[0].Text)
        {
            case ['*', ..]:
                OpenSection(words);
                break;
            case "COMMIT":
                CloseSection(words);
                break;
            case [':', ..]:
                ReadChainLine(words);
                break;
            case ConnectionLineReader.Beginning when _section is null:
                _connections.Read(words);
                break;
            default:
                ReadCommand(words);
                break;
        }
    }

    private void OpenSection(List<Word> words)
    {
        Word word = words[0];
        string table = word.Text[1..];
        RefuseMore(words, 1);
        if (_section is { } open)
        {
            _diagnostics.Report(
                ErrorCodes.MisplacedLine, word, $"table {Show.Word(table)} begins before {Show.Word(open.Text)} is closed", "write COMMIT before it");
        }
        else if (table != "filter")
        {
            Tables.Refuse(word, table, _diagnostics);
            _isForeign = true;
        }
        else
        {
            if (!_isPristine)
            {
                _diagnostics.Report(
                    ErrorCodes.MisplacedLine, word, "a table replaces the lines before it", "put *filter first, or leave the other lines out");
            }

            _section = word;
            _isPristine = false;
        }
    }

    private void CloseSection(List<Word> words)
    {
        RefuseMore(words, 1);
        if (_section is null)
        {
            _diagnostics.Report(ErrorCodes.MisplacedLine, words[0], "COMMIT closes no table", "write *filter on a line before the rules");
        }

        _section = null;
    }

    /// <summary>:CHAIN POLICY [PACKETS:BYTES].</summary>
    private void ReadChainLine(List<Word> words)
    {
        Word name = words[0].From(1);
        if (_section is null)
        {
            _diagnostics.Report(ErrorCodes.MisplacedLine, words[0], "a chain's line stands outside of a table", "write *filter on a line before it");
            return;
        }

        RefuseMore(words, 3);
        Counters counters = default;
        if (words.Count < 2)
        {
            _diagnostics.Report(ErrorCodes.BadChainLine, words[0], $"chain {Show.Word(name.Text)} has no policy", "write ACCEPT or DROP, or - for a chain of your own");
        }
        else if (words.Count < 3 || CounterReader.TryReadBracketed(words[2], _diagnostics, out counters))
        {
            DeclareChain(name, words[1], words.Count < 3 ? null : counters);
        }
    }

    private void DeclareChain(Word name, Word policy, Counters? counters)
    {
        FamilySet families = session.Options.Families;
        if (policy.Text == "-" && draft.Find(name.Text) is not { IsBuiltIn: true })
        {
            draft.Declare(name, families);
        }
        else if (policy.Text != "-" && draft.Find(name.Text) is null)
        {
            _diagnostics.Report(
                ErrorCodes.BadChainLine, policy, $"chain {Show.Word(name.Text)} is not built in and has no policy", "write - for its policy");
        }
        else
        {
            draft.SetPolicy(name, policy, counters, families);
        }
    }

    /// <summary>Reads a command and does what it says; the command, or null where it did nothing.</summary>
    private LineCommand? ReadCommand(List<Word> words)
    {
        int start = 0;
        Counters? counters = null;
        Word? bracket = null;
        if (words[0].Text.StartsWith('['))
        {
            if (!CounterReader.TryReadBracketed(words[0], _diagnostics, out Counters read))
            {
                return null;
            }

            (counters, bracket, start) = (read, words[0], 1);
        }

        if (!TryReadProgram(words, ref start, out FamilySet families, out Word? reason))
        {
            return null;
        }

        Word first = words[0];
        SourceSpan span = session.Source.SpanOf(first.Start, words[^1].End);
        var parser = new LineParser(session, words, start, families, reason, counters);
        LineCommand? command = parser.Parse(span);
        if (command is null)
        {
            draft.Doubt(parser.Chain, parser.Target);
        }

        if (command is not null && bracket is { } place && command.Rules.Count == 0)
        {
            _diagnostics.Report(ErrorCodes.MisplacedOption, place, "counters cannot stand with this command", "leave them out");
        }
        else if (command is not null && command.For(session.Options.Families) is { Families: not FamilySet.None } wanted)
        {
            _isPristine = false;
            draft.Apply(wanted);
            return wanted;
        }

        return null;
    }

    /// <summary>Passes over "sudo" and the program's name, which says the families.</summary>
    private bool TryReadProgram(List<Word> words, ref int start, out FamilySet families, out Word? reason)
    {
        families = words.Exists(NamesFamily) ? FamilySet.Both : session.Options.Families;
        reason = null;
        if (start < words.Count && words[start].Text == "sudo")
        {
            start++;
        }

        if (start == words.Count || words[start].Text is ['-' or '!', ..])
        {
            return true;
        }

        Word program = words[start];
        reason = program;
        ReadOnlySpan<char> name = program.Text.Contains('=', StringComparison.Ordinal) ? "" : program.Text.AsSpan(program.Text.LastIndexOf('/') + 1);
        if (name is "ip6tables" or "ip6tables-legacy" or "ip6tables-nft")
        {
            families = FamilySet.IPv6;
        }
        else if (name is "set" or "create" or "add" or "ipset" && _section is { } section)
        {
            _diagnostics.Report(
                ErrorCodes.MisplacedLine, program, $"the line of a set stands in table {Show.Word(section.Text)}", $"write it before {section.Text}");
            return false;
        }
        else if (name is ConnectionLineReader.Beginning && _section is { } open)
        {
            _diagnostics.Report(
                ErrorCodes.MisplacedLine, program, $"the line of connections stands in table {Show.Word(open.Text)}", $"write it before {open.Text}");
            return false;
        }
        else if (name is not ("iptables" or "iptables-legacy" or "iptables-nft"))
        {
            _diagnostics.Report(
                ErrorCodes.UnknownLine, program, $"a line cannot begin with {Show.Word(program.Text)}",
                Nearest.HintOr(program.Text, LineBeginnings, "a line is a command of iptables or ip6tables, or a part of iptables-save's text"));
            return false;
        }

        start++;
        return true;
    }

    /// <summary>A line that names its family need not be of the text's.</summary>
    private static bool NamesFamily(Word word) => word.Text is "-4" or "-6" or "--ipv4" or "--ipv6";

    private void RefuseMore(List<Word> words, int most)
    {
        if (words.Count > most)
        {
            _diagnostics.Report(ErrorCodes.UnexpectedWord, words[most], $"{Show.Word(words[most].Text)} is too much on this line", "leave it out");
        }
    }
}
