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

    internal int Count => _diagnostics.Count;

    /// <param name="convention">What iptables says, where the number and the place's word do not tell.</param>
    internal void Report(int code, Word place, string message, string help = "", Convention? convention = null) =>
        Report(code, source.SpanOf(place.Start, place.End), message, help, convention ?? Convention.Of(code, place.Text));

    internal void Report(int code, SourceSpan span, string message, string help = "", Convention? convention = null)
    {
        if (_diagnostics.Count < limit)
        {
            _diagnostics.Add(new Diagnostic(code, span, message, help) { Convention = convention });
        }
        else if (_diagnostics.Count == limit)
        {
            _diagnostics.Add(new Diagnostic(ErrorCodes.TooManyErrors, span, $"more than {limit} errors", "the rest is not shown"));
        }
    }

    /// <summary>The diagnostics in the order in which they were found.</summary>
    internal ImmutableArray<Diagnostic> AsFound() => _diagnostics.ToImmutable();

    /// <summary>The diagnostics in the text's order; the one that says that there are more comes last.</summary>
    internal ImmutableArray<Diagnostic> ToImmutable() =>
        [.. _diagnostics.OrderBy(d => d.Code == ErrorCodes.TooManyErrors).ThenBy(d => d.Span.Line).ThenBy(d => d.Span.Column)];
}
