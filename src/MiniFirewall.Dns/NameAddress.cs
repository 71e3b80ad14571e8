using MiniFirewall.Packets;

namespace MiniFirewall.Dns;

/// <summary>An address of a name.</summary>
/// <param name="Address">Host order; an IPv4 address stands in the low 32 bits.</param>
/// <param name="Seconds">How long it holds, as who answered said.</param>
public readonly record struct NameAddress(Family Family, UInt128 Address, uint Seconds);
