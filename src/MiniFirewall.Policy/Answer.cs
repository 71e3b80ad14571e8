namespace MiniFirewall.Policy;

/// <summary>What the sender of a dropped packet is told: an ICMP or ICMPv6 error, or a TCP reset. Values stand in records and images.</summary>
public enum Answer : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Of both families: ICMP type 3 code 3, ICMPv6 type 1 code 4.</summary>
    PortUnreachable = 1,

    /// <summary>Of both families (RFC 9293 section 3.10.7.1).</summary>
    TcpReset = 2,

    // ICMP type 3, codes 0, 1, 2, 9, 10, 13 (RFC 792, RFC 1812 section 5.2.7.1).
    NetUnreachable = 3,
    HostUnreachable = 4,
    ProtocolUnreachable = 5,
    NetProhibited = 6,
    HostProhibited = 7,
    AdminProhibited = 8,

    // ICMPv6 type 1, codes 0, 1, 3, 5, 6 (RFC 4443 section 3.1).
    NoRoute = 9,
    AdministrativelyProhibited = 10,
    AddressUnreachable = 11,
    PolicyFail = 12,
    RejectRoute = 13,
}
