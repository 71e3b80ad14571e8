namespace MiniFirewall.Rules.Targets;

/// <summary>What REJECT sends: an ICMP or ICMPv6 error, or a TCP reset. The first two are of both families.</summary>
public enum RejectAnswer
{
    PortUnreachable,
    TcpReset,
    NetUnreachable,
    HostUnreachable,
    ProtocolUnreachable,
    NetProhibited,
    HostProhibited,
    AdminProhibited,
    NoRoute,
    AdministrativelyProhibited,
    AddressUnreachable,
    PolicyFail,
    RejectRoute,
}
