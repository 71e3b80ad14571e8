using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
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
    private LineCommand? _command;
    private readonly int _errorsBefore;
    private FamilySet _families;
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
        Draft = new RuleDraft(session, new FamilyNarrowing(families, reason, _diagnostics)) { Counters = counters };
    }

    internal RuleDraft Draft { get; }

    /// <summary>The chain that the command names, or null.</summary>
    internal Word? Chain => _command?.Chain;

    internal ReadContext Context => _context is { } known && known.Protocol == Draft.Protocol
        ? known
        : _context = new(Draft.Protocol, _session.Options.Names, _diagnostics, _session.Sets.ByName, _session.Options.TakesLacking);

    internal void Apply(GlobalOption option, Word place, Word? argument, bool negated)
    {
        if (IsRepeated(option, place))
        {
            return;
        }

        Word value = argument ?? place;
        switch (option.Kind)
        {
            case GlobalKind.Protocol: Draft.ReadProtocol(value, negated); break;
            case GlobalKind.Source: Draft.ReadSources(value, negated); break;
            case GlobalKind.Destination: Draft.ReadDestinations(value, negated); break;
            case GlobalKind.InInterface: Draft.ReadInInterface(value, negated); break;
            case GlobalKind.OutInterface: Draft.ReadOutInterface(value, negated); break;
            case GlobalKind.Fragment: Draft.SetFragment(place, negated); break;
            case GlobalKind.Match: _extensions.ReadMatch(value); break;
            case GlobalKind.Jump or GlobalKind.Goto: ReadTarget(place, value, option.Kind == GlobalKind.Goto); break;
            case GlobalKind.Counters: ReadCounters(place, value); break;
            case GlobalKind.Table: ReadTable(value); break;
            case GlobalKind.OnlyIPv4: Restrict(FamilySet.IPv4, place); break;
            case GlobalKind.OnlyIPv6: Restrict(FamilySet.IPv6, place); break;
            case GlobalKind.Ignored: break;
            case GlobalKind.IgnoredWithNumber: _ = argument ?? _words.TakeOptional(); break;
            case GlobalKind.Listing: Refuse(place); break;
            default: ReadCommand(option.Kind, place, argument); break;
        }
    }

    /// <summary>The command with its rules, or null where there is none or the line is wrong (reported).</summary>
    internal LineCommand? Finish(SourceSpan span)
    {
        if (_command is not { } command)
        {
            if (_diagnostics.Count == _errorsBefore)
            {
                _diagnostics.Report(ErrorCodes.NoCommand, span, "the line has no command", "such as -A CHAIN to append a rule");
            }

            return null;
        }

        bool takesRule = command.Kind is GlobalKind.Append or GlobalKind.Insert or GlobalKind.Replace or GlobalKind.Delete && !DeletesByNumber(command);
        command.Families = _families;
        command.Counters = Draft.Counters;
        return takesRule ? FinishRule(command, span) : FinishWithoutRule(command);
    }

    private static bool DeletesByNumber(LineCommand command) => command is { Kind: GlobalKind.Delete, Number: not null };

    private LineCommand FinishRule(LineCommand command, SourceSpan span)
    {
        CheckChainOf(command, GlobalKind.InInterface, "OUTPUT", "packets that leave this machine came in by no interface");
        CheckChainOf(command, GlobalKind.OutInterface, "INPUT", "packets for this machine leave by no interface");
        List<Match> matches = _extensions.Finish(Draft, Context, _diagnostics.Count != _errorsBefore);
        if (Draft.CheckAddresses())
        {
            command.Rules = Draft.Build(matches, _extensions.Target, _extensions.TargetPlace ?? command.Place, span);
        }

        return command;
    }

    private LineCommand FinishWithoutRule(LineCommand command)
    {
        GlobalKind[] allowed = [GlobalKind.Table, GlobalKind.OnlyIPv4, GlobalKind.OnlyIPv6, GlobalKind.Ignored, GlobalKind.IgnoredWithNumber, GlobalKind.Listing, command.Kind];
        foreach ((GlobalKind kind, Word place) in _given.Where(entry => !allowed.Contains(entry.Kind) && !IsCommand(entry.Kind)))
        {
            if (kind != GlobalKind.Counters || command.Kind != GlobalKind.Policy)
            {
                Refuse(place);
            }
        }

        return command;
    }

    private void CheckChainOf(LineCommand command, GlobalKind kind, string chain, string reason)
    {
        if (command.Chain is { } named && named.Text == chain && IsGiven(kind, out Word place))
        {
            _diagnostics.Report(ErrorCodes.WrongChain, place, $"{Show.Word(place.Text)} cannot stand in {chain}", reason);
        }
    }

    private bool IsRepeated(GlobalOption option, Word place)
    {
        bool isNew = !IsGiven(option.Kind, out _);
        if (isNew)
        {
            _given.Add((option.Kind, place));
        }

        if (isNew || option.Kind is GlobalKind.Match or GlobalKind.Jump or GlobalKind.Goto or GlobalKind.Ignored || IsCommand(option.Kind))
        {
            return false;
        }

        _diagnostics.Report(ErrorCodes.RepeatedOption, place, $"{Show.Word(place.Text)} is given twice", "leave one out");
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

    private static bool IsCommand(GlobalKind kind) => kind <= GlobalKind.OtherCommand;

    private void ReadTarget(Word option, Word value, bool isGoto)
    {
        if (_jumps)
        {
            _diagnostics.Report(ErrorCodes.RepeatedOption, option, "the rule has two targets", "write two rules");
            return;
        }

        _jumps = true;
        _extensions.ReadTarget(value, isGoto);
    }

    private void ReadCounters(Word place, Word value)
    {
        if (Draft.Counters is not null)
        {
            _diagnostics.Report(ErrorCodes.RepeatedOption, place, "the line has counters twice", "leave one out");
            return;
        }

        Word[] parts = [.. value.Split(',')];
        Word? bytes = parts.Length == 2 ? parts[1] : parts.Length == 1 ? _words.TakeOptional() : null;
        if (bytes is not { } second)
        {
            _diagnostics.Report(ErrorCodes.MissingArgument, place, $"{Show.Word(place.Text)} needs two arguments", "write -c PACKETS BYTES");
        }
        else if (CounterReader.TryRead(parts[0], second, _diagnostics, out Counters counters))
        {
            Draft.Counters = counters;
        }
    }

    private void ReadTable(Word value)
    {
        if (value.Text != "filter")
        {
            Tables.Refuse(value, value.Text, _diagnostics);
        }
    }

    private void Restrict(FamilySet families, Word place)
    {
        _families &= families;
        Draft.Families.Narrow(families, place);
    }

    private void Refuse(Word place) => _diagnostics.Report(
        ErrorCodes.MisplacedOption, place, $"{Show.Word(place.Text)} cannot stand with this command", "leave it out");

    private void ReadCommand(GlobalKind kind, Word place, Word? argument)
    {
        if (_command is { } other)
        {
            _diagnostics.Report(
                ErrorCodes.SecondCommand, place, $"{Show.Word(place.Text)} cannot stand with {Show.Word(other.Place.Text)}", "write one command a line");
            return;
        }

        switch (kind)
        {
            case GlobalKind.NewChain or GlobalKind.Policy or GlobalKind.Flush or GlobalKind.Zero or GlobalKind.DeleteChain when _session.IsCommandLine:
                RefuseCommand(place);
                PassOver();
                break;
            case GlobalKind.Append or GlobalKind.NewChain:
                _command = new LineCommand(kind, place, _families) { Chain = argument };
                break;
            case GlobalKind.Insert or GlobalKind.Delete:
            case GlobalKind.Replace when _session.IsCommandLine || _session.IsRestore:
                _command = new LineCommand(kind, place, _families) { Chain = argument, Number = _words.TakeOptional() };
                break;
            case GlobalKind.Policy:
                _command = new LineCommand(kind, place, _families) { Chain = argument, Policy = _words.TakeOptional() };
                break;
            case GlobalKind.Flush or GlobalKind.Zero or GlobalKind.DeleteChain:
                _command = new LineCommand(kind, place, _families) { Chain = argument ?? _words.TakeOptional() };
                break;
            default:
                RefuseCommand(place);
                PassOver();
                break;
        }
    }

    /// <summary>The rest of the line is for the command that was refused.</summary>
    private void PassOver()
    {
        while (!_words.AtEnd)
        {
            _words.Take();
        }
    }

    private void RefuseCommand(Word place)
    {
        (string message, string help) = _session.IsCommandLine
            ? ("is not there yet", "there are -A, -I, -D and -R; minifw show lists the rules, and minifw apply FILE sets all of them")
            : ("does not describe a rule set", "a text has -A, -I, -D, -N, -X, -F, -Z and -P");
        _diagnostics.Report(ErrorCodes.UnsupportedCommand, place, $"{Show.Word(place.Text)} {message}", help);
    }
}
