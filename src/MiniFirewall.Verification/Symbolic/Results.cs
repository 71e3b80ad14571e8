namespace MiniFirewall.Verification.Symbolic;

/// <summary>Diagrams of the packets that match, and of those that are dropped as invalid; all others miss.</summary>
internal readonly record struct Results(int Match, int Invalid)
{
    internal static Results Miss => new(Diagrams.Never, Diagrams.Never);

    internal static Results Matched => new(Diagrams.Always, Diagrams.Never);

    internal static Results Dropped => new(Diagrams.Never, Diagrams.Always);

    /// <summary>These results where the condition holds, else the others.</summary>
    internal Results Where(Diagrams diagrams, int condition, Results otherwise) => new(
        diagrams.IfThenElse(condition, Match, otherwise.Match),
        diagrams.IfThenElse(condition, Invalid, otherwise.Invalid));

    internal Results Or(Diagrams diagrams, Results other) => new(diagrams.Or(Match, other.Match), diagrams.Or(Invalid, other.Invalid));
}
