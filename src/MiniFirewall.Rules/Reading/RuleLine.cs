using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>What the options of one line add up to: a command, and for some commands a rule.</summary>
internal sealed class RuleLine
{
    private readonly ReadSession _session;
    private readonly DiagnosticBag _diagnostics;
    private readonly WordCursor _words;
    private readonly ExtensionReader _extensions;
    private readonly List<(GlobalKind Kind, Word Place)> _given;
    private ReadContext? _context;
    private readonly CommandWords _commandWords;
    private Word? _otherTable;
    private LineCommand? _command;
    private readonly int _errorsBefore;
    private FamilySet _families;
    private Word? _protocol;
    private bool _jumps;

    /// <param name="families">The families that the line is for as far as its beginning says.</param>
    /// <param name="reason">The word that says so; null where the text as a whole does.</param>
    internal RuleLine(
        ReadSession session, WordCursor words, ExtensionReader extensions, FamilySet families, Word? reason, Counters? counters)
    {
        _families = families;
        _session = session;
        _given = session.Given;
        _given.Clear();
        _diagnostics = session.Diagnostics;
        _errorsBefore = _diagnostics.Count;
        _words = words;
        _extensions = extensions;
        _commandWords = new CommandWords(_diagnostics, words);
        Draft = new RuleDraft(session, new FamilyNarrowing(families, reason, _diagnostics)) { Counters = counters };
    }

    internal RuleDraft Draft { get; }

    /// <summary>How the line wants its command done, beside what it is.</summary>
    internal CommandOptions Options { get; private set; } = new();

    /// <summary>The chain that the command names, or null.</summary>
    internal Word? Chain => _command?.Chain;

    internal ReadContext Context => _context is { } known && known.Protocol == Draft.Protocol && known.Families == Draft.Families.Families
        ? known
        : _context = new(Draft.Protocol, _session.Options.Names, _diagnostics, _session.Sets.ByName, _session.Options.TakesLacking, _session.Options.Cgroups)
        {
            Families = Draft.Families.Families,
        };

    internal void Apply(GlobalOption option, Word place, Word? argument, bool negated)
    {
        if (IsRepeated(option, place))
        {
            return;
        }

        Word value = argument ?? place;
        switch (option.Kind)
        {
            case GlobalKind.Protocol: ReadProtocol(value, negated); break;
            case GlobalKind.Source: Draft.ReadSources(value, negated); break;
            case GlobalKind.Destination: Draft.ReadDestinations(value, negated); break;
            case GlobalKind.InInterface: Draft.ReadInInterface(value, negated); break;
            case GlobalKind.OutInterface: Draft.ReadOutInterface(value, negated); break;
            case GlobalKind.Fragment: Draft.SetFragment(place, negated); break;
            case GlobalKind.Match: _extensions.ReadMatch(value, _session.IsCommandLine ? Draft.Families.Families : FamilySet.Both); break;
            case GlobalKind.Jump or GlobalKind.Goto: ReadTarget(place, value, option.Kind == GlobalKind.Goto); break;
            case GlobalKind.Counters: ReadCounters(place, value); break;
            case GlobalKind.Table: ReadTable(value); break;
            case GlobalKind.OnlyIPv4: Restrict(FamilySet.IPv4, place); break;
            case GlobalKind.OnlyIPv6: Restrict(FamilySet.IPv6, place); break;
            case GlobalKind.Verbose: Options = Options with { Verbosity = Options.Verbosity + 1 }; break;
            case GlobalKind.Wait: ReadWait(argument ?? _words.TakeOptional()); break;
            case GlobalKind.WaitInterval: ReadWaitInterval(argument ?? _words.TakeOptional()); break;
            case GlobalKind.ModuleLoader: break;
            case GlobalKind.Numeric: Options = Options with { IsNumeric = true }; break;
            case GlobalKind.Exact: Options = Options with { IsExact = true }; break;
            case GlobalKind.LineNumbers: Options = Options with { HasLineNumbers = true }; break;
            default: ReadCommand(option.Kind, place, argument, negated); break;
        }
    }

    /// <summary>The command with its rules, or null where there is none or the line is wrong (reported).</summary>
    internal LineCommand? Finish(SourceSpan span)
    {
        if (_command is not { } command)
        {
            if (_diagnostics.Count == _errorsBefore)
            {
                _diagnostics.Report(ErrorCodes.NoCommand, span, "the line has no command", "such as -A CHAIN to append a rule", Convention.Of(ErrorCodes.NoCommand, ""));
            }

            RefuseTable();
            return null;
        }

        RefuseTable();
        bool takesRule = OptionsOfCommands.DescribesRule(command.Kind, command.Number is not null);
        command.Families = _families;
        command.Counters = Draft.Counters;
        CheckOptions(command);
        return takesRule ? FinishRule(command, span) : command;
    }

    /// <summary>Tables are looked for when the line has been read (iptables.c, do_command4).</summary>
    private void RefuseTable()
    {
        if (_otherTable is { } table)
        {
            Tables.Refuse(table, table.Text, _diagnostics);
        }
    }

    private LineCommand FinishRule(LineCommand command, SourceSpan span)
    {
        command.Protocol = _protocol;
        CheckChainOf(command, GlobalKind.InInterface, "OUTPUT", "packets that leave this machine came in by no interface");
        CheckChainOf(command, GlobalKind.OutInterface, "INPUT", "packets for this machine leave by no interface");
        List<Match> matches = _extensions.Finish(Draft, Context, _diagnostics.HasEarlySince(_errorsBefore));
        if (Draft.CheckAddresses())
        {
            command.Rules = Draft.Build(matches, _extensions.Target, _extensions.TargetPlace ?? command.Place, span);
        }

        return command;
    }

    private void CheckOptions(LineCommand command)
    {
        if (Options is { HasWaitInterval: true, Wait: null })
        {
            _diagnostics.Report(
                ErrorCodes.MisplacedOption, command.Place, "-W says nothing without -w", "leave it out",
                Convention.Usage("--wait-interval only makes sense with --wait\n"));
        }

        foreach ((GlobalKind kind, Word place) in _given)
        {
            if (!OptionsOfCommands.Allow(command.Kind, command.Number is not null, kind))
            {
                Refuse(kind, place);
            }
        }
    }

    private void CheckChainOf(LineCommand command, GlobalKind kind, string chain, string reason)
    {
        if (command.Chain is { } named && named.Text == chain && IsGiven(kind, out Word place))
        {
            _diagnostics.Report(
                ErrorCodes.WrongChain, place, $"{Show.Word(place.Text)} cannot stand in {chain}", reason,
                Convention.Usage($"Can't use {GlobalOption.Of(kind).Letter} with {chain}\n"));
        }
    }

    private bool IsRepeated(GlobalOption option, Word place)
    {
        bool isNew = !IsGiven(option.Kind, out _);
        if (isNew)
        {
            _given.Add((option.Kind, place));
        }

        if (isNew || option.IsCommand || option.Kind is GlobalKind.Match or GlobalKind.Jump or GlobalKind.Goto or GlobalKind.Verbose or GlobalKind.Wait
            or GlobalKind.WaitInterval or GlobalKind.ModuleLoader)
        {
            return false;
        }

        _diagnostics.Report(
            ErrorCodes.RepeatedOption, place, $"{Show.Word(place.Text)} is given twice", "leave one out",
            Convention.Usage($"multiple {option.Letter} flags not allowed"));
        return true;
    }

    private bool IsGiven(GlobalKind kind, out Word place)
    {
        foreach ((GlobalKind given, Word at) in _given)
        {
            if (given == kind)
            {
                place = at;
                return true;
            }
        }

        place = default;
        return false;
    }

    private void ReadProtocol(Word value, bool negated)
    {
        _protocol = value;
        Draft.ReadProtocol(value, negated);
    }

    private void ReadTarget(Word option, Word value, bool isGoto)
    {
        if (_jumps)
        {
            _diagnostics.Report(ErrorCodes.RepeatedOption, option, "the rule has two targets", "write two rules", Convention.Usage("multiple -j flags not allowed"));
            return;
        }

        _jumps = true;
        _extensions.ReadTarget(value, isGoto);
    }

    private void ReadCounters(Word place, Word value)
    {
        if (Draft.Counters is not null)
        {
            _diagnostics.Report(ErrorCodes.RepeatedOption, place, "the line has counters twice", "leave one out", Convention.Usage("multiple -c flags not allowed"));
            return;
        }

        Word[] parts = [.. value.Split(',')];
        Word? bytes = parts.Length == 2 ? parts[1] : parts.Length == 1 ? _words.TakeOptional() : null;
        if (bytes is not { } second)
        {
            _diagnostics.Report(
                ErrorCodes.MissingArgument, place, $"{Show.Word(place.Text)} needs two arguments", "write -c PACKETS BYTES",
                Convention.Usage("-c requires packet and byte counter"));
        }
        else if (CounterReader.TryRead(parts[0], second, _diagnostics, out Counters counters))
        {
            Draft.Counters = counters;
        }
    }

    private void ReadTable(Word value)
    {
        _otherTable = value.Text == "filter" ? null : value;
    }

    private void Restrict(FamilySet families, Word place)
    {
        _families &= families;
        Draft.Families.Choose(families, place, Convention.Bare(""));
    }

    private void Refuse(GlobalKind kind, Word place) => _diagnostics.Report(
        ErrorCodes.MisplacedOption, place, $"{Show.Word(place.Text)} cannot stand with this command", "leave it out",
        Convention.Usage($"Illegal option `{GlobalOption.Of(kind).Letter}' with this command"));

    private void ReadWait(Word? seconds)
    {
        int wait = -1;
        if (seconds is { } word && !int.TryParse(word.Text, out wait))
        {
            _diagnostics.Report(
                ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is no number of seconds", "such as -w 5", Convention.Usage("wait seconds not numeric"));
        }

        Options = Options with { Wait = wait };
    }

    private void ReadWaitInterval(Word? microseconds)
    {
        if (microseconds is { } word && !uint.TryParse(word.Text, out _))
        {
            _diagnostics.Report(
                ErrorCodes.BadNumber, word, $"{Show.Word(word.Text)} is no number of microseconds", "leave -W out", Convention.Usage("wait interval not numeric"));
        }

        Options = Options with { HasWaitInterval = true };
    }

    private void ReadCommand(GlobalKind kind, Word place, Word? argument, bool negated)
    {
        LineCommand? command = _session.IsCommandLine ? _commandWords.Read(kind, place, argument, _families) : ReadCommandOfText(kind, place, argument);
        bool looksAtNothing = kind is GlobalKind.Version or GlobalKind.Help;
        if (command is null || looksAtNothing)
        {
            _command = command is null ? _command : command with { IsNegated = negated };
            PassOver();
        }
        else if (_command is not { } other)
        {
            _command = command;
        }
        else if (CommandWords.Together(other, command) is { } together)
        {
            _command = together;
        }
        else
        {
            _diagnostics.Report(
                ErrorCodes.SecondCommand, place, $"{Show.Word(place.Text)} cannot stand with {Show.Word(other.Place.Text)}", "write one command a line",
                Convention.Usage($"Cannot use {GlobalOption.Of(kind).Letter} with {GlobalOption.Of(other.Kind).Letter}"));
        }
    }

    /// <summary>A command of a text that describes a rule set; null for one that does not (reported).</summary>
    private LineCommand? ReadCommandOfText(GlobalKind kind, Word place, Word? argument)
    {
        var command = new LineCommand(kind, place, _families) { Chain = argument };
        switch (kind)
        {
            case GlobalKind.Append or GlobalKind.NewChain:
                return command;
            case GlobalKind.Insert or GlobalKind.Delete:
                return command with { Number = _words.TakeOptional() };
            case GlobalKind.Policy:
                return command with { Second = _words.TakeOptional() };
            case GlobalKind.Flush or GlobalKind.Zero or GlobalKind.DeleteChain:
                return command with { Chain = argument ?? _words.TakeOptional() };
            default:
                _diagnostics.Report(
                    ErrorCodes.UnsupportedCommand, place, $"{Show.Word(place.Text)} does not describe a rule set", "a text has -A, -I, -D, -N, -X, -F, -Z and -P");
                return null;
        }
    }

    /// <summary>The rest of the line is for a command that was refused, or that looks at nothing else.</summary>
    private void PassOver()
    {
        while (!_words.AtEnd)
        {
            _words.Take();
        }
    }
}
