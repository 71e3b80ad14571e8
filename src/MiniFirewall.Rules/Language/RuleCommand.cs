using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Reading;
using MiniFirewall.Rules.Sets;
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

    /// <summary>-F: empties a chain, or all.</summary>
    Flush,

    /// <summary>-N: makes a chain.</summary>
    NewChain,

    /// <summary>-X: takes away an empty chain that no rule goes to, or all.</summary>
    DeleteChain,

    /// <summary>-P: sets a policy.</summary>
    Policy,

    /// <summary>-E: gives a chain another name.</summary>
    RenameChain,

    /// <summary>-Z: sets counters of a chain, of one rule, or all to zero.</summary>
    Zero,

    /// <summary>-C: asks whether there is a rule.</summary>
    Check,

    /// <summary>-L: lists rules in columns.</summary>
    List,

    /// <summary>-S: lists rules as commands.</summary>
    ListRules,

    /// <summary>-V.</summary>
    Version,

    /// <summary>-h.</summary>
    Help,
}

/// <summary>One command line of iptables. It has been read, and knows nothing of the rule set in force yet.</summary>
public sealed class RuleCommand
{
    private readonly (string Program, IReadOnlyList<string> Arguments) _line;
    private readonly ReadSession _session;
    private readonly LineCommand _command;

    private RuleCommand((string Program, IReadOnlyList<string> Arguments) line, ReadSession session, LineCommand command)
    {
        _line = line;
        _session = session;
        _command = command;
        Kind = KindOf(command.Kind);
        Rules = [.. command.Rules.Select(placed => placed.Rule)];
    }

    public RuleCommandKind Kind { get; }

    /// <summary>The chain; null for all of them.</summary>
    public string? Chain => _command.Chain?.Text;

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

    /// <summary>
    /// What a rule of IPv6 calls a header that leads on to others, where it asks for that as its protocol: no packet has it; null
    /// where none does (ip6_tables.c looks for the header that leads on to none).
    /// </summary>
    public string? NeverMatchedProtocol => Families == FamilySet.IPv6 && Rules is [{ Protocol: { Negated: false, Number: 43 or 44 or 51 or 60 } }, ..]
        ? _command.Protocol?.Text.ToLowerInvariant()
        : null;

    /// <summary>The policy of -P; null where the word is none, which <see cref="ApplyTo"/> reports.</summary>
    public Verdict? Policy => _command.Second?.Text switch { "ACCEPT" => Verdict.Accept, "DROP" => Verdict.Drop, _ => null };

    /// <summary>The name that -E gives; null where no chain can have it, which <see cref="ApplyTo"/> reports.</summary>
    public string? NewName => Kind == RuleCommandKind.RenameChain && _command.Second is { } name
        && RuleSetDraft.IsChainName(name, new ReadSession(_session.Source, _session.Options).Diagnostics)
            ? name.Text
            : null;

    /// <summary>The counters of -c.</summary>
    public Counters? Counters => _command.Counters;

    /// <summary>-Z stands beside -L or -S.</summary>
    public bool Zeroes => _command.Zeroes;

    /// <summary>-V stands behind '!'.</summary>
    public bool IsNegated => _command.IsNegated;

    public CommandOptions Options { get; private init; } = new();

    /// <summary>The matches and targets that stand before -h.</summary>
    public ImmutableArray<ExtensionGrammar> Extensions { get; private init; } = [];

    /// <summary>Reads the arguments of an iptables command line.</summary>
    /// <param name="program">The program's name, for places in messages: they count in the line that program and arguments make.</param>
    /// <param name="options">Their families are the program's: IPv4 for iptables.</param>
    /// <param name="diagnostics">What is wrong, where there is no command, the first that was found first.</param>
    public static RuleCommand? Read(string program, IReadOnlyList<string> arguments, ReadOptions options, out ImmutableArray<Diagnostic> diagnostics)
    {
        RuleCommand? command = ReadOnce(program, arguments, options, out diagnostics);
        if (command is null && diagnostics.All(diagnostic => diagnostic.Code == ErrorCodes.NotInForce)
            && ReadOnce(program, arguments, options with { TakesLacking = true }, out ImmutableArray<Diagnostic> others) is { Kind: RuleCommandKind.Check or RuleCommandKind.Delete } seeking)
        {
            // A rule that cannot be in force is not there: nothing else need be said of it.
            diagnostics = others;
            return seeking;
        }

        return command;
    }

    private static RuleCommand? ReadOnce(string program, IReadOnlyList<string> arguments, ReadOptions options, out ImmutableArray<Diagnostic> diagnostics)
    {
        List<Word> words = WordsOf(program, arguments, out string line);
        var session = new ReadSession(new SourceText(program, line), options) { IsCommandLine = true };
        SourceSpan span = session.Source.SpanOf(0, line.Length);
        var parser = new LineParser(session, words, 1, options.Families, words[0], null);
        LineCommand? command = parser.Parse(span)?.For(options.Families);
        if (command is not null)
        {
            CheckNames(session, command);
        }

        diagnostics = session.Diagnostics.AsMet();
        return command is null || !diagnostics.IsEmpty
            ? null
            : new RuleCommand((program, arguments), session, command) { Options = parser.Options, Extensions = command.Kind == GlobalKind.Help ? [.. parser.Extensions] : [] };
    }

    /// <summary>
    /// The rule set after the command, or what is wrong with it there. For commands that change rules. Sets that the command names are those of the
    /// rule set, whatever they were when it was read.
    /// </summary>
    /// <param name="counted">What a rule of a chain has counted, where it is known: the chain, the rule's number from 1, its family.</param>
    public ReadResult ApplyTo(RuleSet rules, Func<Chain, int, Family, Counters>? counted = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        if (_session.Options.Sets != rules.Sets && Rules.Any(rule => SetReference.In(rule).Any()))
        {
            return ReadOnce(_line.Program, _line.Arguments, _session.Options with { Sets = rules.Sets }, out ImmutableArray<Diagnostic> diagnostics) is { } again
                ? again.ApplyTo(rules, counted)
                : new ReadResult(null, diagnostics);
        }

        var session = new ReadSession(_session.Source, _session.Options) { IsCommandLine = true };
        var draft = new RuleSetDraft(session, rules);
        ReportTargetFirst(draft);
        draft.Apply(_command);
        RuleSet changed = new ChainGraph(draft, session).Finish(rules, Families) with { Sets = rules.Sets, ConnectionSettings = rules.ConnectionSettings };
        if (Kind == RuleCommandKind.RenameChain && session.Diagnostics.Count == 0)
        {
            changed = new ChainRenaming(Families, Chain!, _command.Second!.Value.Text, counted).Of(rules);
        }

        return new ReadResult(session.Diagnostics.Count == 0 ? changed : null, session.Diagnostics.AsFound());
    }

    /// <summary>What is wrong where a chain, a rule or a number that the command names is not there.</summary>
    /// <param name="chainExists">The chain is there, the rule or the number is not.</param>
    public Diagnostic Missing(bool chainExists)
    {
        var session = new ReadSession(_session.Source, _session.Options);
        Word place = _command.Chain ?? _command.Place;
        if (!chainExists)
        {
            session.Diagnostics.Report(
                ErrorCodes.NoSuchChain, place, $"chain {Show.Word(place.Text)} does not exist", "make it with -N first",
                Kind == RuleCommandKind.Check ? Convention.Of(ErrorCodes.NoSuchRule, place.Text) : null);
        }
        else if (_command.Number is { } number)
        {
            session.Diagnostics.Report(
                ErrorCodes.BadRuleNumber, number, $"chain {Show.Word(place.Text)} has no rule {number.Text}", "a number beyond its rules means no rule",
                RuleSetDraft.TooBig(_command.Kind));
        }
        else
        {
            session.Diagnostics.Report(ErrorCodes.NoSuchRule, _command.Place, $"chain {Show.Word(place.Text)} has no such rule", "the whole rule must be the same",
                Rules is [var rule, ..] ? RuleSetDraft.NoSuchRule(rule.Target) : null);
        }

        return session.Diagnostics.AsFound()[0];
    }

    /// <summary>Where neither the rule's chain nor the chain it goes to is there, iptables tells of the latter.</summary>
    private void ReportTargetFirst(RuleSetDraft draft)
    {
        if (Chain is { } chain && draft.Find(chain) is null
            && _command.Rules is [{ Rule.Target: JumpTarget { IsGoto: false } jump } placed, ..] && draft.Find(jump.Chain) is null)
        {
            draft.ReportMissing(placed.TargetPlace, isTarget: true);
        }
    }

    /// <summary>What a name must be to be looked for, whatever the rules in force are.</summary>
    private static void CheckNames(ReadSession session, LineCommand command)
    {
        if (command.Kind == GlobalKind.NewChain)
        {
            RuleSetDraft.IsChainName(command.Chain!.Value, session.Diagnostics);
        }
        else if (command.Chain is { } chain)
        {
            RuleSetDraft.IsShortEnough(chain, session.Diagnostics);
        }
    }

    private static RuleCommandKind KindOf(GlobalKind kind) => kind switch
    {
        GlobalKind.Append => RuleCommandKind.Append,
        GlobalKind.Insert => RuleCommandKind.Insert,
        GlobalKind.Delete => RuleCommandKind.Delete,
        GlobalKind.Replace => RuleCommandKind.Replace,
        GlobalKind.Flush => RuleCommandKind.Flush,
        GlobalKind.NewChain => RuleCommandKind.NewChain,
        GlobalKind.DeleteChain => RuleCommandKind.DeleteChain,
        GlobalKind.Policy => RuleCommandKind.Policy,
        GlobalKind.RenameChain => RuleCommandKind.RenameChain,
        GlobalKind.Zero => RuleCommandKind.Zero,
        GlobalKind.Check => RuleCommandKind.Check,
        GlobalKind.List => RuleCommandKind.List,
        GlobalKind.ListRules => RuleCommandKind.ListRules,
        GlobalKind.Version => RuleCommandKind.Version,
        _ => RuleCommandKind.Help,
    };

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
