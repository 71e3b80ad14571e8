using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Reading;

/// <summary>Reads a restore text into a rule set; stops at the first line that is wrong.</summary>
internal sealed class RestoreInterpreter
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly RestoreOptions _restore;
    private readonly ReadSession _session;
    private readonly RestoreTable _table;
    private readonly RestoreRules _rules;
    private readonly RestoreTelling _telling;
    private RestoreError? _error;
    private int _line;
    private int _tables;
    private int _lastCommit;

    internal RestoreInterpreter(RuleSet start, ReadOptions options, RestoreOptions restore)
    {
        _restore = restore;
        _session = new ReadSession(
            new SourceText("restore", ""), options with { Families = restore.Family.ToSet(), Sets = start.Sets, MaxErrors = 1 })
        {
            IsCommandLine = true,
            IsRestore = true,
        };
        _table = new RestoreTable(_session, start, restore);
        _telling = new RestoreTelling(restore.Tell, restore.Family, onlyComments: restore.KeepsRules);
        _rules = new RestoreRules(_session, _table, _telling);
    }

    internal RestoreResult Run(ReadOnlySpan<byte> text)
    {
        var lines = new RestoreLines(text);
        var sections = new RestoreSections(_restore.Table);
        while (_error is null && lines.TryRead(out ReadOnlySpan<byte> line))
        {
            _line = lines.Number;
            Read(sections.Next(line, lines.IsEnded), line, sections.Table);
        }

        if (_error is { Kind: RestoreErrorKind.Refused } refused)
        {
            _error = refused with { Line = NextCommit(ref lines, sections) };
        }

        if (_error is null && sections.IsOpen)
        {
            _error = new RestoreError(RestoreErrorKind.CommitExpected, _line + 1, null, null);
        }

        bool hasFilter = _tables > 0;
        RuleSet? rules = _error is null && hasFilter ? Finish() : null;
        return new RestoreResult(rules, _error, hasFilter);
    }

    /// <summary>What the kernel refuses, it refuses where the table is closed.</summary>
    private static int NextCommit(ref RestoreLines lines, RestoreSections sections)
    {
        while (lines.TryRead(out ReadOnlySpan<byte> line) && sections.Next(line, lines.IsEnded) != RestoreLineKind.Commit)
        {
        }

        return lines.Number;
    }

    private RuleSet? Finish()
    {
        RuleSet rules = _table.Finish();
        if (_session.Diagnostics.Count == 0)
        {
            return rules;
        }

        Fail(RestoreErrorKind.Refused, _lastCommit, null, _session.Diagnostics.AsFound()[0]);
        return null;
    }

    private void Read(RestoreLineKind kind, ReadOnlySpan<byte> line, string table)
    {
        switch (kind)
        {
            case RestoreLineKind.PassedOver when _telling.WantsComments: _telling.Comment(Decode(line) ?? ""); break;
            case RestoreLineKind.OpensFilter: OpenFilter(); break;
            case RestoreLineKind.Chain or RestoreLineKind.Command: ReadLine(line, kind == RestoreLineKind.Chain); break;
            case RestoreLineKind.Commit: _lastCommit = _line; break;
            case RestoreLineKind.OpensNothing: FailByName($"line {_line} table name invalid"); break;
            case RestoreLineKind.OpensUnknown: FailByName($"unable to initialize table '{Show.Plain(table)}'"); break;
            case RestoreLineKind.Stray: Fail(RestoreErrorKind.Failed, _line, null, null); break;
        }
    }

    private void OpenFilter()
    {
        if (++_tables > RestoreReader.MostTables)
        {
            Fail(RestoreErrorKind.BadLine, _line, $"more than {RestoreReader.MostTables} filter tables in one text", null);
        }
        else if (!_restore.KeepsRules)
        {
            _rules.Forget();
            if (_telling.IsAsked)
            {
                _telling.Cleared([.. _table.ChainsInOrder.Select(chain => chain.Name)], [.. _table.ChainsInOrder.Where(chain => !chain.IsBuiltIn).Select(chain => chain.Name)]);
            }

            _table.Clear();
        }
    }

    private void ReadLine(ReadOnlySpan<byte> line, bool isChain)
    {
        if (line.Length > RestoreReader.LongestLine)
        {
            Fail(RestoreErrorKind.BadLine, _line, $"the line is longer than {RestoreReader.LongestLine} bytes", null);
        }
        else if (Decode(line) is not { } text)
        {
            Fail(RestoreErrorKind.BadLine, _line, "the line is not UTF-8 text", null);
        }
        else
        {
            _session.Source.MoveTo(text, _line);
            _error = isChain ? RestoreChainLine.Read(text, _line, _table, _session) : _rules.Read(text, _line);
        }
    }

    private static string? Decode(ReadOnlySpan<byte> line)
    {
        try
        {
            return StrictUtf8.GetString(line);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private void FailByName(string text) => _error = new RestoreError(RestoreErrorKind.BadLine, _line, text, null) { RepeatsName = true };

    private void Fail(RestoreErrorKind kind, int line, string? text, Diagnostic? diagnostic) => _error = new RestoreError(kind, line, text, diagnostic);
}
