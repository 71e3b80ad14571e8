namespace MiniFirewall.Policy;

/// <summary>What the elements of a set have beside addresses.</summary>
public enum SetPort : byte
{
    None,

    /// <summary>
    /// A protocol and a number: the port of TCP (20 bytes of header needed), SCTP (12), UDP and UDP-Lite (8); type times 256
    /// plus code of ICMP and ICMPv6 (8); 0 for every other protocol (net/netfilter/ipset/ip_set_getport.c, get_port).
    /// </summary>
    WithProtocol,

    /// <summary>A port of TCP or UDP; other protocols are not in the set.</summary>
    TcpOrUdp,
}

/// <summary>What the elements of a set are made of: an address, a port, a second address, in this order, each of which may be missing.</summary>
/// <param name="Addresses">0 to 2.</param>
public readonly record struct SetShape(int Addresses, SetPort Port)
{
    public int Dimensions => Addresses + (Port == SetPort.None ? 0 : 1);
}
