using System.Collections.Immutable;
using MiniFirewall.Rules.Diagnostics;

namespace MiniFirewall.Rules.Text;

/// <summary>Collects diagnostics up to a limit; the one after the limit says that there are more.</summary>
internal sealed class DiagnosticBag(SourceText source, int limit)
{
    private readonly ImmutableArray<Diagnostic>.Builder _diagnostics = ImmutableArray.CreateBuilder<Diagnostic>();

    internal bool IsFull => _diagnostics.Count > limit;

    /// <summary>The extension and its option whose value is being read: iptables' own texts name them.</summary>
    internal (string Extension, string Option) Within { get; set; }

    /// <summary>What iptables says of a wrong value of that option, where it has words of its own.</summary>
    internal Func<string, string>? Words { get; set; }

    /// <summary>The whole word of that value, while it is being read.</summary>
    internal Word? Value { get; set; }

    internal int Count => _diagnostics.Count;

    /// <param name="convention">What iptables says, where the number and the place's word do not tell.</param>
    internal void Report(int code, Word place, string message, string help = "", Convention? convention = null) =>
        Report(code, source.SpanOf(place.Start, place.End), message, help, Words is { } words ? Convention.Usage(words(UpstreamWords.Said(Within, place, Value ?? place))) : convention ?? Convention.Of(code, place.Text));

    internal void Report(int code, SourceSpan span, string message, string help = "", Convention? convention = null)
    {
        if (_diagnostics.Count < limit)
        {
            _diagnostics.Add(new Diagnostic(code, span, message, help) { Convention = convention, IsOfValue = Value is not null });
        }
        else if (_diagnostics.Count == limit)
        {
            _diagnostics.Add(new Diagnostic(ErrorCodes.TooManyErrors, span, $"more than {limit} errors", "the rest is not shown"));
        }
    }

    /// <summary>The diagnostics in the order in which they were found.</summary>
    internal ImmutableArray<Diagnostic> AsFound() => _diagnostics.ToImmutable();

    /// <summary>
    /// The diagnostics in the order in which iptables comes to them: addresses are looked up when all options have been read, and what
    /// the kernel refuses comes last.
    /// </summary>
    internal ImmutableArray<Diagnostic> AsMet() => [.. _diagnostics.OrderBy(StageOf)];

    /// <summary>Whether the last is one that iptables comes to when it has read all words.</summary>
    internal bool EndsLate => StageOf(_diagnostics[^1]) > 0;

    /// <summary>Whether there is one from <paramref name="count"/> on that iptables comes to while it reads words.</summary>
    internal bool HasEarlySince(int count) => _diagnostics.Skip(count).Any(diagnostic => StageOf(diagnostic) == 0);

    private static int StageOf(Diagnostic diagnostic) => diagnostic switch
    {
        { Code: ErrorCodes.NotInForce } or { Convention.Kind: ConventionKind.Refusal } => 2,
        { IsOfValue: false, Code: ErrorCodes.BadAddress or ErrorCodes.UnresolvedName or ErrorCodes.BadMask or ErrorCodes.NegatedList } => 1,
        _ => 0,
    };

    /// <summary>The diagnostics in the text's order; the one that says that there are more comes last.</summary>
    internal ImmutableArray<Diagnostic> ToImmutable() =>
        [.. _diagnostics.OrderBy(d => d.Code == ErrorCodes.TooManyErrors).ThenBy(d => d.Span.Line).ThenBy(d => d.Span.Column)];
}
