using System.Buffers.Binary;
using System.Collections.Immutable;

namespace MiniFirewall.Packets.Building;

/// <summary>An IPv4 header (RFC 791) that makes packets. Immutable; vary it by `with`. A field left null tells the truth.</summary>
public sealed record IPv4Header(uint Source, uint Destination)
{
    public byte Ttl { get; init; } = 64;

    public byte TypeOfService { get; init; }

    public ushort Identification { get; init; }

    public bool DontFragment { get; init; }

    public bool MoreFragments { get; init; }

    /// <summary>In 8-byte units, 0 to 8191.</summary>
    public int FragmentOffset { get; init; }

    /// <summary>Option bytes, at most 40; zeros (end of options) fill them up to a multiple of 4.</summary>
    public ImmutableArray<byte> Options { get; init; } = [];

    public byte? Protocol { get; init; }

    /// <summary>The header length field, 32-bit words, 0 to 15.</summary>
    public byte? HeaderWords { get; init; }

    public ushort? TotalLength { get; init; }

    public static IPv4Header Between(string source, string destination) =>
        new((uint)AddressText.Parse(Family.IPv4, source), (uint)AddressText.Parse(Family.IPv4, destination));

    /// <summary>The bytes of a packet with this header; checksums are right.</summary>
    public byte[] Carry(Transport transport)
    {
        byte[] options = Transport.Padded(Options, 4);
        byte[] body = transport.ToBytes(new(Family.IPv4, Source, Destination));
        byte[] bytes = new byte[20 + options.Length + body.Length];
        body.CopyTo(bytes, 20 + options.Length);
        options.CopyTo(bytes, 20);
        WriteHeader(bytes, 20 + options.Length, transport.Protocol);
        return bytes;
    }

    private void WriteHeader(Span<byte> bytes, int headerLength, byte protocol)
    {
        int flags = (DontFragment ? 0x4000 : 0) | (MoreFragments ? 0x2000 : 0);
        bytes[0] = (byte)(0x40 | (HeaderWords ?? headerLength / 4));
        bytes[1] = TypeOfService;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], TotalLength ?? (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], Identification);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(flags | FragmentOffset));
        bytes[8] = Ttl;
        bytes[9] = Protocol ?? protocol;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], Source);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], Destination);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], InternetChecksum.Of(bytes[..headerLength]));
    }
}
