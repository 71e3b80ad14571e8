using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Reading;

/// <summary>Reads the lines of a restore text that are commands, and does what they say.</summary>
internal sealed class RestoreRules(ReadSession session, RestoreTable table)
{
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
        return table.TryAppend(known.Chain, placed) ? null : Failed(number);
    }

    private RestoreError? ReadWords(string line, int start, Counters counters, int number, bool isCut, in RepeatedRules.CutLine cut)
    {
        if (RestoreWords.Split(line, start, _words) is { } wrong)
        {
            _diagnostics.Report(ErrorCodes.BadCharacter, new Word("", wrong.At, wrong.At + 1), wrong.Message, "write the line again");
            return Diagnosed(RestoreErrorKind.BadLine, number);
        }

        // A line that names its family need not be of the table's.
        FamilySet families = _words.Exists(word => word.Text is "-4" or "-6" or "--ipv4" or "--ipv6") ? FamilySet.Both : table.Family;
        var parser = new LineParser(session, _words, 0, families, null, null);
        LineCommand? command = parser.Parse(session.Source.SpanOf(start, line.Length));
        if (command is null)
        {
            return Diagnosed(RestoreErrorKind.BadLine, number);
        }

        command = command.For(table.Family);
        if (command.Families == FamilySet.None)
        {
            return null;
        }

        Count(command, counters);
        RestoreError? error = CheckTarget(command, number) ?? Apply(command, number);
        if (error is null && isCut && families == table.Family)
        {
            _repeated.Learn(cut, start, command);
        }

        return error;
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
        return Diagnosed(RestoreErrorKind.BadLine, number);
    }

    private RestoreError? Apply(LineCommand command, int number)
    {
        if (command.Number is { } place && !(NumberText.TryParse(place.Text, out ulong value) && value is > 0 and <= int.MaxValue))
        {
            return Bad(number, $"Invalid rule number `{Show.Plain(place.Text)}'");
        }

        if (command.Kind != GlobalKind.Append)
        {
            Forget();
        }

        if (table.TryApply(command))
        {
            return null;
        }

        RestoreError error = Failed(number);
        return error.Diagnostic is { Code: ErrorCodes.BadChainName } ? error with { Kind = RestoreErrorKind.BadLine } : error;
    }

    private RestoreError? CheckLimits(int number) =>
        table.Added > RestoreReader.MostRules ? Bad(number, $"more than {RestoreReader.MostRules} rules")
        : table.IsOverworked ? Bad(number, "too many lines that each look through the whole table")
        : null;

    private RestoreError Diagnosed(RestoreErrorKind kind, int number) => new(kind, number, null, _diagnostics.ToImmutable()[0]);

    private static RestoreError Bad(int number, string text) => new(RestoreErrorKind.BadLine, number, text, null);

    private RestoreError Failed(int number) => new(RestoreErrorKind.Failed, number, null, _diagnostics.ToImmutable().FirstOrDefault());
}
