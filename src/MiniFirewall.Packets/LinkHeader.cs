namespace MiniFirewall.Packets;

/// <summary>The Ethernet header that a packet came in with.</summary>
/// <param name="Source">48 bits, the first byte most significant.</param>
/// <param name="EtherType">Host order, such as 0x86dd.</param>
public sealed record LinkHeader(ulong Source, ushort EtherType);
