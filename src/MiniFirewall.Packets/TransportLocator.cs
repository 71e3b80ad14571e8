using System.Buffers.Binary;
using static MiniFirewall.Packets.IPv6HeaderNumber;

namespace MiniFirewall.Packets;

/// <summary>
/// Finds the transport header, with the meaning of ip_tables (IPv4) and ipv6_find_hdr with no target (IPv6), which since 2026 takes no
/// header that claims to end behind the packet.
/// </summary>
internal static class TransportLocator
{
    /// <summary>A chain of more extension headers counts as broken; the kernel itself has no bound, no honest packet comes near.</summary>
    private const int MaxExtensionHeaders = 64;

    internal static TransportLocation Locate(Family family, ReadOnlySpan<byte> packet) =>
        family == Family.IPv4 ? LocateV4(packet) : LocateV6(packet);

    private static TransportLocation LocateV4(ReadOnlySpan<byte> packet)
    {
        int fragmentOffset = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x1fff;
        return new(false, packet[9], (packet[0] & 0x0f) * 4, fragmentOffset);
    }

    private static TransportLocation LocateV6(ReadOnlySpan<byte> packet)
    {
        byte next = packet[6];
        int offset = 40;
        for (int headers = 0; IsExtension(next) && next != NoNextHeader; headers++)
        {
            if (headers == MaxExtensionHeaders || offset + 2 > packet.Length)
            {
                return TransportLocation.Broken;
            }

            byte following = packet[offset];
            if (next is (Fragment or Routing) && offset + 4 > packet.Length)
            {
                return TransportLocation.Broken;
            }

            if (next == Fragment)
            {
                int fragmentOffset = BinaryPrimitives.ReadUInt16BigEndian(packet[(offset + 2)..]) & 0xfff8;
                if (fragmentOffset != 0)
                {
                    return !IsExtension(following) || following == NoNextHeader
                        ? new(false, following, 0, fragmentOffset)
                        : TransportLocation.Broken;
                }
            }

            offset += LengthOf(next, packet[offset + 1]);
            if (offset > packet.Length)
            {
                return TransportLocation.Broken;
            }

            next = following;
        }

        return new(false, next, offset, 0);
    }

    private static bool IsExtension(byte header) =>
        header is HopByHop or Routing or Fragment or Authentication or NoNextHeader or DestinationOptions;
}
