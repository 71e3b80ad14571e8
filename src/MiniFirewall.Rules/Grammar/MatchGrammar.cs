using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Grammar;

/// <summary>The grammar of one kind of match; its file registers it in MatchRegistry.</summary>
public sealed class MatchGrammar : ExtensionGrammar
{
    /// <param name="initial">The match with no option given.</param>
    internal MatchGrammar(string name, Match initial)
        : base(name, initial)
    {
    }

    /// <summary>Other names that -m takes for it.</summary>
    internal IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The protocol that the rule must name, not negated; the match's options then imply -m. Null where any will do.</summary>
    public byte? Protocol { get; internal init; }
}
