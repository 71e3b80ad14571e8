using MiniFirewall.Packets;
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

    /// <summary>The families in which <see cref="Protocol"/> must be named; without it the match is for the others.</summary>
    internal FamilySet ProtocolFamilies { get; init; } = FamilySet.Both;

    /// <summary>The match's options work without -m once its protocol is named.</summary>
    internal bool IsImplied { get; init; } = true;
}
