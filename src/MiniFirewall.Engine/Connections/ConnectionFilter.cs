using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Connections;

/// <summary>Which connections are meant: those for which all that is asked holds.</summary>
public sealed record ConnectionFilter
{
    /// <summary>All connections.</summary>
    public static ConnectionFilter All { get; } = new();

    public byte? Protocol { get; init; }

    public Family? Family { get; init; }

    /// <summary>One of these states, by name (<see cref="ConnectionStateNames"/>); none asked for where empty.</summary>
    public ImmutableArray<string> States { get; init; } = [];

    public bool? IsReplied { get; init; }

    public bool? IsAssured { get; init; }

    /// <summary>The lowest and highest port that one of the two ends has.</summary>
    public (ushort Low, ushort High)? Ports { get; init; }

    /// <summary>(mark &amp; Mask) == Value.</summary>
    public (uint Value, uint Mask)? Mark { get; init; }

    internal EndFilter? From { get; init; }

    internal EndFilter? To { get; init; }

    /// <summary>For one end or the other.</summary>
    internal EndFilter? Either { get; init; }

    public bool Matches(in Connection connection) => (Protocol is not { } protocol || connection.Protocol == protocol)
        && (Family is not { } family || connection.Family == family)
        && (States.IsEmpty || (connection.StateName is { } state && States.Contains(state)))
        && (IsReplied is not { } isReplied || connection.IsReplied == isReplied)
        && (IsAssured is not { } isAssured || connection.IsAssured == isAssured)
        && (Ports is not { } ports || (connection.HasPorts && (IsIn(ports, connection.SourcePort) || IsIn(ports, connection.DestinationPort))))
        && (Mark is not { } mark || (connection.Mark & mark.Mask) == mark.Value)
        && (From is null || MatchesSource(From, connection))
        && (To is null || MatchesDestination(To, connection))
        && (Either is null || MatchesSource(Either, connection) || MatchesDestination(Either, connection));

    private static bool IsIn((ushort Low, ushort High) ports, ushort port) => port >= ports.Low && port <= ports.High;

    private static bool MatchesSource(EndFilter end, in Connection connection) =>
        end.Matches(connection.Family, connection.Source, connection.HasPorts, connection.SourcePort);

    private static bool MatchesDestination(EndFilter end, in Connection connection) =>
        end.Matches(connection.Family, connection.Destination, connection.HasPorts, connection.DestinationPort);
}
