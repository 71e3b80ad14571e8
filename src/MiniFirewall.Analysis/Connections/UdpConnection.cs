using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Analysis.Connections;

/// <summary>Datagrams both ways between two ports, of UDP or UDP-Lite (nf_conntrack_proto_udp.c): a stream once there are answers after two seconds.</summary>
internal sealed class UdpConnection(ConnectionKey original, ConnectionKey reply) : TrackedConnection(original, reply)
{
    private const int HeaderSize = 8, ChecksumAt = 6, SecondsToStream = 2;

    private ulong _streamFrom;

    internal override Membership Meet(in Meeting packet)
    {
        if (IsMalformed(packet.Transport))
        {
            return Membership.Invalid;
        }

        if (!IsConfirmed)
        {
            _streamFrom = packet.Clock.Jiffies + (SecondsToStream * (ulong)packet.Clock.Hertz);
        }

        bool isStream = HasSeenReply && packet.Clock.Jiffies > _streamFrom;
        Refresh(packet.Timeout(isStream ? "udp_timeout_stream" : "udp_timeout"), packet.Clock);
        if (isStream)
        {
            Assure();
        }

        return Membership.Belongs;
    }

    private bool IsMalformed(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < HeaderSize)
        {
            return true;
        }

        int said = BinaryPrimitives.ReadUInt16BigEndian(datagram[4..]);
        bool isOutside = said > datagram.Length || said < HeaderSize;

        // UDP-Lite says how much of it the checksum is of, 0 for all, and must have one (RFC 3828 §3.1).
        return Original.Protocol == IpProtocol.UdpLite ? (said != 0 && isOutside) || datagram[ChecksumAt..HeaderSize] is [0, 0] : isOutside;
    }
}
