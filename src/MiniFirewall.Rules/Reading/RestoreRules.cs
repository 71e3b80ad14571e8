using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Reads the lines of a restore text that are commands, and does what they say.</summary>
internal sealed class RestoreRules(ReadSession session, RestoreTable table, RestoreTelling telling)
{
    /// <summary>Options whose argument may look like another option.</summary>
    private static readonly string[] TextOptions = ["--comment", "--log-prefix", "--nflog-prefix", "--string"];

    private readonly DiagnosticBag _diagnostics = session.Diagnostics;
    private readonly List<Word> _words = [];
    private RepeatedRules _repeated = new();

    /// <summary>Forgets lines that have been read: chains that they go to may be gone.</summary>
    internal void Forget() => _repeated = new RepeatedRules();

    /// <summary>What is wrong; null where nothing is.</summary>
    internal RestoreError? Read(string line, int number)
    {
        var brackets = new RestoreCounters();
        if (!brackets.TryRead(line, number, table.TakesCounters))
        {
            return Bad(number, brackets.Message);
        }

        int start = brackets.End;
        bool isCut = RepeatedRules.TryCut(line.AsSpan(start), out RepeatedRules.CutLine cut);
        RestoreError? error = isCut && _repeated.Find(cut) is { } known
            ? Append(known, cut, start, brackets.Counters, number)
            : ReadWords(line, start, brackets.Counters, number, isCut, cut);
        return error ?? CheckLimits(number);
    }

    private RestoreError? Append(RepeatedRules.Known known, in RepeatedRules.CutLine cut, int start, Counters counters, int number)
    {
        PlacedRule placed = known.For(cut, start, session.Source.SpanOf(start, start + cut.Line.Length));
        placed = placed with { Rule = placed.Rule with { Counters = counters } };
        if (!table.TryAppend(known.Chain, placed))
        {
            return Failed(number);
        }

        telling.Rule(placed.Rule);
        return null;
    }

    private RestoreError? ReadWords(string line, int start, Counters counters, int number, bool isCut, in RepeatedRules.CutLine cut)
    {
        if (RestoreWords.Split(line, start, _words) is { } wrong)
        {
            _diagnostics.Report(ErrorCodes.BadCharacter, new Word("", wrong.At, wrong.At + 1), wrong.Message, "write the line again");
            return Diagnosed(number);
        }

        if (IsForOtherFamily())
        {
            return null;
        }

        var parser = new LineParser(session, _words, 0, table.Family, null, null);
        LineCommand? command = parser.Parse(session.Source.SpanOf(start, line.Length));
        if (command is null)
        {
            return Diagnosed(number);
        }

        if (Misplaced(command) is { } text)
        {
            return Bad(number, text);
        }

        Count(command, counters);
        string[] chains = telling.IsAsked ? ChainsOf(command) : [];
        RestoreError? error = CheckTarget(command, number) ?? Apply(command, number);
        if (error is null)
        {
            telling.Command(command, chains);
        }

        if (error is null && isCut)
        {
            _repeated.Learn(cut, start, command);
        }

        return error;
    }

    private string[] ChainsOf(LineCommand command) => command.Chain is { } chain
        ? [chain.Text]
        : [.. table.ChainsInOrder.Where(each => command.Kind != GlobalKind.DeleteChain || !each.IsBuiltIn).Select(each => each.Name)];

    /// <summary>A line that names the other family says nothing here, whatever else it says (xshared.c, do_parse).</summary>
    private bool IsForOtherFamily()
    {
        string other = table.Family == FamilySet.IPv4 ? "6" : "4";
        int at = _words.FindIndex(word => word.Text == "-" + other || word.Text == "--ipv" + other);
        return at >= 0 && !(at > 0 && TextOptions.Contains(_words[at - 1].Text));
    }

    /// <summary>What iptables says of an option or command that makes no sense in a text; null where there is none.</summary>
    private string? Misplaced(LineCommand command)
    {
        foreach ((GlobalKind kind, _) in session.Given)
        {
            if (kind == GlobalKind.Table)
            {
                return $"The -t option cannot be used in {table.Program}.\n";
            }

            if (kind is GlobalKind.Wait or GlobalKind.WaitInterval)
            {
                return $"You cannot use `{GlobalOption.Of(kind).Letter}' from {table.Program}";
            }
        }

        return command.Kind is GlobalKind.List or GlobalKind.ListRules or GlobalKind.Version or GlobalKind.Help
            ? $"{GlobalOption.Of(command.Kind).Letter} changes nothing and cannot stand in a text"
            : null;
    }

    /// <summary>What the text sets begins with the counters that it gives, or at zero.</summary>
    private static void Count(LineCommand command, Counters counters)
    {
        command.Rules = [.. command.Rules.Select(placed => placed with { Rule = placed.Rule with { Counters = placed.Rule.Counters ?? counters } })];
        command.Counters ??= default(Counters);
    }

    /// <summary>A chain must be there when a rule goes to it, and must not be built in.</summary>
    private RestoreError? CheckTarget(LineCommand command, int number)
    {
        if (command.Rules is not [{ Rule.Target: JumpTarget jump } placed, ..])
        {
            return null;
        }

        if (table.Find(jump.Chain) is { } chain)
        {
            return chain.IsBuiltIn ? Failed(number) : null;
        }

        if (jump.IsGoto)
        {
            return Bad(number, $"goto '{Show.Plain(jump.Chain)}' is not a chain");
        }

        table.ReportMissingTarget(placed.TargetPlace);
        return Diagnosed(number);
    }

    private RestoreError? Apply(LineCommand command, int number)
    {
        if (command.Kind is GlobalKind.DeleteChain or GlobalKind.RenameChain)
        {
            Forget();
        }

        if (table.TryApply(command))
        {
            return null;
        }

        RestoreError error = Diagnosed(number);
        return error.Kind == RestoreErrorKind.Refused ? error with { Kind = RestoreErrorKind.Failed } : error;
    }

    private RestoreError? CheckLimits(int number) =>
        table.Added > RestoreReader.MostRules ? Bad(number, $"more than {RestoreReader.MostRules} rules")
        : table.IsOverworked ? Bad(number, "too many lines that each look through the whole table")
        : null;

    /// <summary>What the first mistake is: of the line, or of what the kernel would be asked for.</summary>
    private RestoreError Diagnosed(int number)
    {
        Diagnostic first = _diagnostics.AsFound()[0];
        bool isRefusal = first.Code == ErrorCodes.NotInForce || first.Convention is { Kind: ConventionKind.Refusal };
        return new RestoreError(isRefusal ? RestoreErrorKind.Refused : RestoreErrorKind.BadLine, number, null, first);
    }

    private static RestoreError Bad(int number, string text) => new(RestoreErrorKind.BadLine, number, text, null);

    private RestoreError Failed(int number) => new(RestoreErrorKind.Failed, number, null, _diagnostics.AsFound().FirstOrDefault());
}
