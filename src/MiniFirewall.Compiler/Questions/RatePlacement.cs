using System.Collections.Immutable;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>The tables of rates that the questions of one family's programs name; each has the settings of the first question that names it.</summary>
internal sealed class RatePlacement
{
    /// <summary>A program may name 64 maps (MAX_USED_MAPS), and it names others.</summary>
    internal const int MostTables = 8;

    private readonly Dictionary<string, RateWithin> _tables = [];

    /// <summary>The maps of all tables, empty.</summary>
    internal ImmutableArray<MapImage> Maps => [.. _tables.Values.Select(RateLayout.Empty)];

    /// <exception cref="CompileException">More tables than a program can name, or two uses of one that cannot be.</exception>
    internal static RatePlacement Of(ImmutableArray<AskedQuestion> asked, CompileOptions options)
    {
        var placement = new RatePlacement();
        foreach (AskedQuestion one in asked)
        {
            if (one.Question is RateWithin question)
            {
                placement.Add(question with { Family = one.Family, Hertz = options.Hertz }, one.Origin);
            }
        }

        return placement;
    }

    internal RateWithin Place(RateWithin question) => _tables[question.Table];

    private void Add(RateWithin question, Origin origin)
    {
        if (!_tables.TryGetValue(question.Table, out RateWithin? first))
        {
            _tables.Add(question.Table, first = question);
        }

        if (first.Settings.CountsBytes != question.Settings.CountsBytes || first.Settings.Measures != question.Settings.Measures)
        {
            throw new CompileException($"table {question.Table} of hashlimit is one of packets for one rule, of bytes or of measured rates for another", origin);
        }

        if (first.Settings.ByPorts != question.Settings.ByPorts)
        {
            throw new CompileException($"table {question.Table} of hashlimit tells ports apart for one rule, and not for another", origin);
        }

        if (_tables.Count > MostTables)
        {
            throw new CompileException($"more than {MostTables} tables of hashlimit in one rule set", origin);
        }
    }
}
