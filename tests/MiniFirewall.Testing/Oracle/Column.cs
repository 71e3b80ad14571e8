namespace MiniFirewall.Testing.Oracle;

/// <summary>What the quick test of many rules at once looks at.</summary>
internal enum Column
{
    Source = 0,
    Destination = 4,
    In = 8,
    Out,
    Mark,
    HopLimit,
    Length,
    Protocol,

    /// <summary>1 for what a match of the transport header may hold for: no fragment other than the first.</summary>
    Whole,
    SourcePort,
    DestinationPort,
    TcpFlags,

    /// <summary>Type, then code.</summary>
    Icmp,

    /// <summary>An IPv4 address once more, for what comes after the first questions of a rule.</summary>
    SourceAgain,
    DestinationAgain,
    Count,
}
