using System.Collections.Immutable;
using MiniFirewall.Rules.Diagnostics;

namespace MiniFirewall.Cli;

/// <summary>A rule file with mistakes in it.</summary>
internal sealed class RefusedTextException(ImmutableArray<Diagnostic> diagnostics) : Exception("mistakes")
{
    internal ImmutableArray<Diagnostic> Diagnostics { get; } = diagnostics;

    /// <summary>One line a mistake, on the error stream.</summary>
    internal void Print()
    {
        foreach (Diagnostic diagnostic in Diagnostics)
        {
            Console.Error.WriteLine(diagnostic);
        }
    }
}
