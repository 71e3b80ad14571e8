using System.Collections.Immutable;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>Reads texts with matches that need not be able to run.</summary>
internal static class Extension
{
    /// <summary>Reads a text that must be right.</summary>
    internal static RuleSet Good(string text)
    {
        ReadResult result = Read(text, takesLacking: true);
        Assert.True(result.Rules is not null, text + "\n" + string.Join('\n', result.Diagnostics));
        return result.Rules;
    }

    /// <summary>Reads a text that must be wrong.</summary>
    internal static ImmutableArray<Diagnostic> Bad(string text, bool takesLacking = true)
    {
        ReadResult result = Read(text, takesLacking);
        Assert.True(result.Rules is null, "is taken: " + text);
        return result.Diagnostics;
    }

    private static ReadResult Read(string text, bool takesLacking) =>
        RuleSetReader.Read("rules", text, Reading.Options() with { TakesLacking = takesLacking });
}
