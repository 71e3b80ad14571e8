using System.Buffers.Binary;

namespace MiniFirewall.Packets;

/// <summary>
/// The first extension header of one kind in an IPv6 packet: net/ipv6/exthdrs_core.c, ipv6_find_hdr with a target and without
/// flags. A later fragment has the headers up to its fragment header.
/// </summary>
/// <param name="IsThere">The packet has such a header, though maybe not all of it.</param>
/// <param name="IsBroken">The chain cannot be walked so far as to tell.</param>
/// <param name="Offset">Bytes from the network header on.</param>
/// <param name="Length">Bytes that the header says it has.</param>
public readonly record struct ExtensionHeader(bool IsThere, bool IsBroken, int Offset, int Length)
{
    private const byte HopByHop = 0, Routing = 43, Fragment = 44, DestinationOptions = 60;

    /// <summary>As in <see cref="TransportLocation"/>: a longer chain counts as broken.</summary>
    private const int MostHeaders = 64;

    private static ExtensionHeader Absent => new(false, false, 0, 0);

    private static ExtensionHeader Broken => new(false, true, 0, 0);

    /// <param name="kind">0, 43, 44, 51 or 60.</param>
    public static ExtensionHeader Find(Packet packet, byte kind)
    {
        ReadOnlySpan<byte> bytes = packet.Bytes;
        if (!packet.HeaderIsWhole)
        {
            return Broken;
        }

        byte next = bytes[6];
        int offset = 40;
        for (int headers = 0; headers <= MostHeaders; headers++)
        {
            if (!IsExtension(next))
            {
                return Absent;
            }

            if (offset + (next is Routing or Fragment ? 4 : 2) > bytes.Length)
            {
                return Broken;
            }

            int length = next switch
            {
                Fragment => 8,
                IpProtocol.Authentication => (bytes[offset + 1] + 2) * 4,
                _ => (bytes[offset + 1] + 1) * 8,
            };
            if (next == kind)
            {
                return new(true, false, offset, length);
            }

            if (next == Fragment && (BinaryPrimitives.ReadUInt16BigEndian(bytes[(offset + 2)..]) & 0xfff8) != 0)
            {
                return Absent;
            }

            next = bytes[offset];
            offset += length;
        }

        return Broken;
    }

    /// <summary>False where the chain is broken, or the header is there with fewer bytes than this, or than it says.</summary>
    public bool IsWhole(Packet packet, int size) => !IsBroken && (!IsThere || Offset + Math.Max(size, Length) <= packet.Bytes.Length);

    private static bool IsExtension(byte header) => header is HopByHop or Routing or Fragment or IpProtocol.Authentication or DestinationOptions;
}
