using System.Buffers.Binary;
using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Testing.Packets;

/// <summary>What packets carry for the matches that look into headers: chunks, options, indexes; some of it malformed.</summary>
internal static class HeaderTransportGen
{
    private static readonly Gen<uint> Spi = Gen.Frequency((4, Gen.OneOf(0u, 1u, 5u, 16u, 255u, 256u, 65535u, uint.MaxValue)), (1, Gen.UInt));

    private static readonly Gen<byte[]> Chunk = Gen.Select(
        Gen.Frequency((6, Gen.OneOf<byte>(0, 1, 3, 6, 14, 132, 192)), (1, Gen.Byte)),
        Gen.Frequency((3, Gen.Byte[0, 15]), (1, Gen.Byte)),
        Gen.Frequency((8, Gen.Int[4, 12]), (1, Gen.OneOf(0, 1, 3, 40, 65535))),
        (type, flags, length) =>
        {
            byte[] chunk = new byte[length is >= 4 and <= 12 ? (length + 3) / 4 * 4 : 4];
            chunk[0] = type;
            chunk[1] = flags;
            BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), (ushort)length);
            return chunk;
        });

    /// <summary>The headers of the protocols that have more than ports.</summary>
    internal static IEnumerable<(byte Protocol, Gen<Transport> Headers)> For(EdgeValues values) =>
    [
        (IpProtocol.Sctp, Gen.Select(values.Port, values.Port, Gen.Frequency((1, Gen.Const(Array.Empty<byte[]>())), (5, Chunk.Array[1, 4])), (s, d, chunks) =>
            (Transport)new SctpPacket(s, d) { Payload = [.. chunks.SelectMany(chunk => chunk)] })),
        (IpProtocol.Dccp, Gen.Select(values.Port, values.Port, Gen.Byte, DccpOptions(values), Gen.Frequency((5, Gen.Const(0)), (1, Gen.Int[-6, 6])), Dccp)),
        (IpProtocol.Esp, Spi.Select(spi => Raw(IpProtocol.Esp, Word(spi), [0, 0, 0, 1]))),
        (IpProtocol.Authentication, Spi.Select(spi => Raw(IpProtocol.Authentication, [17, 1, 0, 0], Word(spi), [0, 0, 0, 1]))),
        (IpProtocol.Compression, Spi.Select(spi => Raw(IpProtocol.Compression, Word(spi & 0xffff | 0x06000000)))),
    ];

    private static Gen<byte[]> DccpOptions(EdgeValues values) => Gen.Select(Gen.OneOf<byte>(0, 1, 2, 37, 38, 44), Gen.Int[0, 5], (kind, length) =>
        kind < 2 ? [kind] : new byte[] { kind, (byte)(length + 2) }.Concat(new byte[length]).ToArray()).Array[0, 4]
        .Select(options => options.SelectMany(option => option).ToArray())
        .Select(options => options.Concat(new byte[(4 - (options.Length % 4)) % 4]).ToArray());

    /// <param name="kind">Packet type, and whether the sequence number has 48 bits.</param>
    /// <param name="lie">Words that the header claims too much.</param>
    private static Transport Dccp(ushort source, ushort destination, byte kind, byte[] options, int lie)
    {
        int type = (kind >> 1) & 0xf;
        int before = 12 + ((kind & 1) * 4) + (type switch { 2 => 0, 0 => 4, 3 or 4 or 5 or 6 or 8 or 9 => 8, _ => 12 });
        byte[] header = new byte[before];
        BinaryPrimitives.WriteUInt16BigEndian(header, source);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), destination);
        header[4] = (byte)(((before + options.Length) / 4) + lie);
        header[8] = kind;
        return Raw(IpProtocol.Dccp, header, options);
    }

    private static Transport Raw(byte protocol, params byte[][] parts) => new RawTransport(protocol) { Payload = [.. parts.SelectMany(part => part)] };

    private static byte[] Word(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
