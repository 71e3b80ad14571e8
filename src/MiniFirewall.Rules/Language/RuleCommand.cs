using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Reading;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Language;

/// <summary>What a <see cref="RuleCommand"/> does.</summary>
public enum RuleCommandKind
{
    /// <summary>-A: puts rules at a chain's end.</summary>
    Append,

    /// <summary>-I: puts rules before the one of a number.</summary>
    Insert,

    /// <summary>-D: takes away the rule of a number, or the first that is equal.</summary>
    Delete,

    /// <summary>-R: puts a rule in the place of the one of a number.</summary>
    Replace,
}

/// <summary>One command of iptables that changes one chain of a rule set. It has been read, and knows nothing of the rule set yet.</summary>
public sealed class RuleCommand
{
    private readonly ReadSession _session;
    private readonly LineCommand _command;

    private RuleCommand(ReadSession session, LineCommand command)
    {
        _session = session;
        _command = command;
        Kind = command.Kind switch
        {
            GlobalKind.Append => RuleCommandKind.Append,
            GlobalKind.Insert => RuleCommandKind.Insert,
            GlobalKind.Delete => RuleCommandKind.Delete,
            _ => RuleCommandKind.Replace,
        };
        Rules = [.. command.Rules.Select(placed => placed.Rule)];
    }

    public RuleCommandKind Kind { get; }

    public string Chain => _command.Chain!.Value.Text;

    /// <summary>The families that the command is for.</summary>
    public FamilySet Families => _command.Families;

    /// <summary>A rule's number, from 1, among those of the families; null where none is given, or what is given is no such number.</summary>
    public long? Number => _command.Number is { } word && NumberText.TryParse(word.Text, out ulong number) && number is > 0 and <= int.MaxValue
        ? (long)number
        : null;

    /// <summary>Whether the command names a number, right or wrong.</summary>
    public bool HasNumber => _command.Number is not null;

    /// <summary>The rules that the command describes; none for one that deletes by number.</summary>
    public ImmutableArray<Rule> Rules { get; }

    /// <summary>Reads the arguments of an iptables command line.</summary>
    /// <param name="program">The program's name, for places in messages: they count in the line that program and arguments make.</param>
    /// <param name="options">Their families are the program's: IPv4 for iptables.</param>
    /// <param name="diagnostics">What is wrong, where there is no command.</param>
    public static RuleCommand? Read(string program, IReadOnlyList<string> arguments, ReadOptions options, out ImmutableArray<Diagnostic> diagnostics)
    {
        List<Word> words = WordsOf(program, arguments, out string line);
        var session = new ReadSession(new SourceText(program, line), options) { IsCommandLine = true };
        SourceSpan span = session.Source.SpanOf(0, line.Length);
        LineCommand? command = new LineParser(session, words, 1, options.Families, words[0], null).Parse(span)?.For(options.Families);
        diagnostics = session.Diagnostics.ToImmutable();
        return command is null ? null : new RuleCommand(session, command);
    }

    /// <summary>The rule set after the command, or what is wrong with it there.</summary>
    public ReadResult ApplyTo(RuleSet rules)
    {
        var session = new ReadSession(_session.Source, _session.Options) { IsCommandLine = true };
        var draft = new RuleSetDraft(session, rules);
        draft.Apply(_command);
        RuleSet changed = new ChainGraph(draft, session.Diagnostics).Finish();
        return new ReadResult(session.Diagnostics.Count == 0 ? changed : null, session.Diagnostics.ToImmutable());
    }

    /// <summary>The words as they came, placed in the line that they make with one blank between them.</summary>
    private static List<Word> WordsOf(string program, IReadOnlyList<string> arguments, out string line)
    {
        List<Word> words = [];
        int at = 0;
        foreach (string word in arguments.Prepend(program))
        {
            words.Add(new Word(word, at, at + word.Length));
            at += word.Length + 1;
        }

        line = string.Join(' ', words.Select(word => word.Text.Replace('\n', ' ')));
        return words;
    }
}
