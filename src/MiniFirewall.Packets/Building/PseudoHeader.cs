using System.Buffers.Binary;

namespace MiniFirewall.Packets.Building;

/// <summary>What a transport checksum covers beside the transport bytes (RFC 9293 section 3.1, RFC 8200 section 8.1).</summary>
public readonly record struct PseudoHeader(Family Family, UInt128 Source, UInt128 Destination)
{
    /// <summary>The Internet checksum of the pseudo header and <paramref name="covered"/>; <paramref name="length"/> is the length the pseudo header tells.</summary>
    public ushort Checksum(byte protocol, ReadOnlySpan<byte> covered, int length) =>
        InternetChecksum.Finish(Sum(protocol, length) + InternetChecksum.Sum(covered));

    /// <summary>The usual case: the whole transport is covered.</summary>
    public ushort Checksum(byte protocol, ReadOnlySpan<byte> transport) => Checksum(protocol, transport, transport.Length);

    private ulong Sum(byte protocol, int length)
    {
        Span<byte> addresses = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(addresses, Source);
        BinaryPrimitives.WriteUInt128BigEndian(addresses[16..], Destination);
        return InternetChecksum.Sum(addresses) + (ulong)length + protocol;
    }
}
