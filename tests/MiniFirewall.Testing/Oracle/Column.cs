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
    SourcePort,
    DestinationPort,
    Count,
}
