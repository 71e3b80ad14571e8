namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// The key of both maps of connections: the two ends in an order that does not depend on a packet's direction. Numbers in host
/// order; offsets in bytes. ICMP queries have the asking end first, the identifier as its port, and type and code of the query as
/// the other's.
/// </summary>
public static class ConnectionTuple
{
    public const int Size = 40;

    public const int FirstHigh = 0, FirstLow = 8, SecondHigh = 16, SecondLow = 24, FirstPort = 32, SecondPort = 34;

    /// <summary>Protocol and family, one byte each, and two bytes of zero.</summary>
    public const int Protocol = 36, Family = 37, Zero = 38;
}
