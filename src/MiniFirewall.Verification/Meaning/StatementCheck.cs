using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;
using MiniFirewall.Verification.Structure;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification.Meaning;

/// <summary>All that is asked of one statement's entries: what they do, that they are found, what they mean.</summary>
internal sealed class StatementCheck
{
    private readonly ImageBytes _image;
    private readonly EntryTable _entries;
    private readonly Workbench _bench;
    private readonly Findings _findings;
    private readonly (ViewCheck Places, MeaningCheck Meaning, string Name)[] _views;
    private readonly OutcomeCheck _outcomes;
    private readonly LateCheck _late;
    private readonly List<int> _found = [], _reachable = [];

    internal StatementCheck(
        ImageBytes image, EntryTable entries, ImmutableDictionary<string, int> chainNumbers, Workbench bench, Findings findings,
        ImmutableArray<(View View, ViewCheck Places)> views)
    {
        _image = image;
        _entries = entries;
        _bench = bench;
        _findings = findings;
        _outcomes = new(image, chainNumbers);
        _late = new(image, bench);
        _views = [.. views.Select(v => (v.Places, new MeaningCheck(image, v.View, entries, bench), v.View.Name))];
    }

    /// <summary>Statements without a finding.</summary>
    internal int Proved { get; private set; }

    internal bool HasOutcome(ReadOnlySpan<int> entries, Statement statement, ChainStatements chain) =>
        _outcomes.ErrorOf(_entries[entries[0]], statement, chain) is null;

    /// <summary>Whether the statement matches no packet and drops none, so that it needs no entry.</summary>
    internal bool IsIdle(Statement statement)
    {
        _bench.Tidy();
        try
        {
            return _bench.Statements.Of(statement.Early, StepNames.None) == Results.Miss;
        }
        catch (TooComplexException)
        {
            return false;
        }
    }

    internal void Check(ReadOnlySpan<int> entries, Statement statement, ChainStatements chain)
    {
        int before = _findings.Count;
        foreach (int index in entries)
        {
            CheckEntry(index, statement, chain);
        }

        foreach ((ViewCheck places, MeaningCheck meaning, string name) in _views)
        {
            CheckView(places, meaning, name, entries, statement, chain);
        }

        Proved += _findings.Count == before ? 1 : 0;
    }

    private void CheckEntry(int index, Statement statement, ChainStatements chain)
    {
        ref readonly Entry entry = ref _entries[index];
        if (_outcomes.ErrorOf(entry, statement, chain) is { } error)
        {
            _findings.Add(chain.Name, statement.Origin, error, EntryTable.Where(index));
        }

        if (_late.ErrorOf(entry, statement) is { } late)
        {
            _findings.Add(chain.Name, statement.Origin, late, EntryTable.Where(index));
        }

        if (entry.HasRecord && entry.Shape != 0 && EntryKind.ShapeProgram(_image, entry.Shape) != Record.Read(_image, entry.Record).Full)
        {
            _findings.Add(chain.Name, statement.Origin, "its shape and its record name different programs", EntryTable.Where(index));
        }
    }

    private void CheckView(ViewCheck places, MeaningCheck meaning, string view, ReadOnlySpan<int> entries, Statement statement, ChainStatements chain)
    {
        _found.Clear();
        _reachable.Clear();
        foreach (int index in entries)
        {
            if (places.IsReachable(index))
            {
                _reachable.Add(index);
            }

            if (places.IsFound(index))
            {
                _found.Add(index);
            }
            else if (places.IsReachable(index))
            {
                string obstacle = _findings.HasRoom ? places.Obstacle(index) : "";
                _findings.Add(chain.Name, statement.Origin, $"some packet of its entry does not find it: {obstacle}", $"{view}, {EntryTable.Where(index)}");
            }
        }

        if (ErrorOf(meaning, statement) is { } error)
        {
            string where = $"{view}, order {_entries[entries[0]].Order}: {entries.Length} entries, {_found.Count} found, {_reachable.Count} read";
            _findings.Add(chain.Name, statement.Origin, error, where);
        }
    }

    /// <summary>
    /// What packets read must be the statement's, and what they find, or need not find, must be all of it. The two differ
    /// where a tree leaves out entries that it never comes to.
    /// </summary>
    private string? ErrorOf(MeaningCheck meaning, Statement statement)
    {
        ReadOnlySpan<int> found = CollectionsMarshal.AsSpan(_found), reachable = CollectionsMarshal.AsSpan(_reachable);
        if (found.SequenceEqual(reachable))
        {
            return meaning.ErrorOf(statement, found, Sides.Both);
        }

        return meaning.ErrorOf(statement, found, Sides.Complete) ?? meaning.ErrorOf(statement, reachable, Sides.Sound);
    }
}
