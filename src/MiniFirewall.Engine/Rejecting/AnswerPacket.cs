using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Rejecting;

/// <summary>An answer, to be sent as it is.</summary>
/// <param name="Bytes">From the network header on. The kernel fills in what is 0 of an IPv4 header's source, length and checksum.</param>
/// <param name="Destination">The rejected packet's source.</param>
/// <param name="Scope">The interface of a link-local destination; 0 for none.</param>
/// <param name="Mark">The rejected packet's mark, which the answer has where the system reflects marks.</param>
internal sealed record AnswerPacket(Family Family, byte[] Bytes, UInt128 Destination, int Scope, uint Mark);
