using System.Collections.Immutable;

namespace MiniFirewall.Verbs;

/// <summary>A protocol and ports, as words of the rule language; null asks nothing.</summary>
/// <param name="Protocol">Such as tcp.</param>
/// <param name="FromPorts">A port, a range LOW:HIGH, or a comma list of them.</param>
/// <param name="ToPorts">The same of the destination.</param>
public sealed record PortItem(string? Protocol, string? FromPorts, string? ToPorts);

/// <summary>What an administrator wants, as one entry: of both families, of one or more protocols, maybe by an application's name.</summary>
public sealed record Intent
{
    public VerbAction Action { get; init; }

    public Direction Direction { get; init; }

    public EntryLog Log { get; init; }

    public string? InInterface { get; init; }

    public string? OutInterface { get; init; }

    /// <summary>An address, network or host name; null for anywhere.</summary>
    public string? From { get; init; }

    public string? To { get; init; }

    /// <summary>At least one; each is rules of its own.</summary>
    public ImmutableArray<PortItem> Items { get; init; } = [new(null, null, null)];

    /// <summary>The application profile that the items are of.</summary>
    public string? App { get; init; }

    /// <summary>The application's ports are those of the source.</summary>
    public bool AppIsSource { get; init; }

    public string? Comment { get; init; }
}
