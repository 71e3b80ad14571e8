namespace MiniFirewall.Packets;

/// <summary>
/// One direction of a connection (struct nf_conntrack_tuple). Host order; an IPv4 address stands in the low 32 bits. Of ICMP the first
/// port is the query's identifier and the second 256 times type plus code; of protocols that are told apart by addresses only both are 0.
/// </summary>
public sealed record ConnectionPath(UInt128 Source, UInt128 Destination, ushort SourcePort, ushort DestinationPort);
