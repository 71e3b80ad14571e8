namespace MiniFirewall.Policy;

/// <summary>
/// A number that every packet has, or has under a condition that an earlier step of the statement has established.
/// All values are in host order.
/// </summary>
public enum Field
{
    /// <summary>Source address; 32 bits for IPv4, 128 for IPv6.</summary>
    Source,

    /// <summary>Destination address; 32 bits for IPv4, 128 for IPv6.</summary>
    Destination,

    /// <summary>Name of the interface the packet came in by: 16 bytes, zero padded, the first byte most significant; 128 bits. Zero where there is none.</summary>
    InInterface,

    /// <summary>Name of the interface the packet leaves by; as <see cref="InInterface"/>.</summary>
    OutInterface,

    /// <summary>1 where the transport protocol cannot be found (IPv6 extension chain broken), else 0.</summary>
    ChainBroken,

    /// <summary>Transport protocol number; 8 bits.</summary>
    Protocol,

    /// <summary>Fragment offset, 0 for a whole packet or a first fragment. IPv4: 8-byte units; IPv6: bytes. 16 bits.</summary>
    FragmentOffset,

    /// <summary>How many bytes of the packet stand from the transport header on; 0 to 65535, 0 where the header starts beyond the packet. Meaningless where FragmentOffset is not 0.</summary>
    TransportLength,

    /// <summary>The first two bytes of the transport header. Needs TransportLength of at least 2.</summary>
    SourcePort,

    /// <summary>The third and fourth byte of the transport header. Needs TransportLength of at least 4.</summary>
    DestinationPort,

    /// <summary>Byte 12 of the TCP header shifted right by 4: header length in 32-bit words. Needs TransportLength of at least 13.</summary>
    TcpDataOffset,

    /// <summary>1 where fewer than TcpDataOffset * 4 bytes stand from the transport header on, else 0. Needs TransportLength of at least 13.</summary>
    TcpOptionsCut,

    /// <summary>Byte 13 of the TCP header: CWR ECE URG ACK PSH RST SYN FIN. Needs TransportLength of at least 14.</summary>
    TcpFlags,

    /// <summary>First byte of the transport header. Needs TransportLength of at least 1.</summary>
    IcmpType,

    /// <summary>Second byte of the transport header. Needs TransportLength of at least 2.</summary>
    IcmpCode,

    /// <summary>IPv4: the total length that the header declares; IPv6: the packet's real length from the network header on; bytes.</summary>
    Length,

    /// <summary>TTL or hop limit; 8 bits.</summary>
    HopLimit,

    /// <summary>skb->mark; 32 bits.</summary>
    Mark,

    /// <summary>What the packet is to its connection, a number of <see cref="MiniFirewall.Packets.ConnectionState"/>; 8 bits.</summary>
    ConnectionState,

    /// <summary>Which way it goes, a number of <see cref="MiniFirewall.Packets.ConnectionDirection"/>; 8 bits.</summary>
    ConnectionDirection,

    /// <summary>The marks (<see cref="Questions.HostMarks"/>) of the live host names that the source address is one of at the moment, all of them in one; 64 bits.</summary>
    SourceNames,

    /// <summary>The same of the destination address.</summary>
    DestinationNames,
}
