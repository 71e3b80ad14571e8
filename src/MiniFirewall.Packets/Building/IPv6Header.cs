using System.Buffers.Binary;
using System.Collections.Immutable;

namespace MiniFirewall.Packets.Building;

/// <summary>An IPv6 header (RFC 8200) that makes packets. Immutable; vary it by `with`. A field left null tells the truth.</summary>
public sealed record IPv6Header(UInt128 Source, UInt128 Destination)
{
    public byte HopLimit { get; init; } = 64;

    public byte TrafficClass { get; init; }

    /// <summary>20 bits.</summary>
    public uint FlowLabel { get; init; }

    /// <summary>Extension headers in the order sent.</summary>
    public ImmutableArray<IPv6Extension> Extensions { get; init; } = [];

    /// <summary>The next header number that leads to the transport, where it shall lie.</summary>
    public byte? LastNextHeader { get; init; }

    public ushort? PayloadLength { get; init; }

    public static IPv6Header Between(string source, string destination) =>
        new(AddressText.Parse(Family.IPv6, source), AddressText.Parse(Family.IPv6, destination));

    /// <summary>The bytes of a packet with this header; checksums are right, with a routing header's last address as the destination.</summary>
    public byte[] Carry(Transport transport)
    {
        UInt128 finalDestination = Extensions.Select(e => e.FinalDestination).LastOrDefault(d => d is not null) ?? Destination;
        byte[] body = transport.ToBytes(new(Family.IPv6, Source, finalDestination));
        byte next = LastNextHeader ?? transport.Protocol;
        var headers = new List<byte[]>();
        foreach (IPv6Extension extension in Extensions.Reverse())
        {
            headers.Insert(0, extension.ToBytes(next));
            next = extension.Number;
        }

        byte[] payload = [.. headers.SelectMany(h => h), .. body];
        return [.. FixedHeader(next, payload.Length), .. payload];
    }

    private byte[] FixedHeader(byte next, int payloadLength)
    {
        byte[] bytes = new byte[40];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 0x6000_0000 | ((uint)TrafficClass << 20) | (FlowLabel & 0xfffff));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), PayloadLength ?? (ushort)payloadLength);
        bytes[6] = next;
        bytes[7] = HopLimit;
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(8), Source);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(24), Destination);
        return bytes;
    }
}
