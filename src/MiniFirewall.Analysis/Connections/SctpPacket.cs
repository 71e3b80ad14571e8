using System.Buffers.Binary;

namespace MiniFirewall.Analysis.Connections;

/// <summary>A chunk of an SCTP packet.</summary>
/// <param name="InitiateTag">The tag that an INIT or INIT ACK tells; null where the packet is cut before that.</param>
internal readonly record struct SctpChunk(SctpChunkType Type, byte Flags, uint? InitiateTag);

/// <summary>An SCTP packet as its association's tracking reads it (net/netfilter/nf_conntrack_proto_sctp.c, for_each_sctp_chunk and do_basic_checks).</summary>
internal sealed record SctpPacket(uint Tag, IReadOnlyList<SctpChunk> Chunks)
{
    private const int TagAt = 4, HeaderSize = 12, ChunkHeaderSize = 4, InitiationSize = 16;

    /// <summary>Null where the header is cut, there is no chunk, or chunks stand together that never may.</summary>
    internal static SctpPacket? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize)
        {
            return null;
        }

        List<SctpChunk> chunks = [];
        for (int at = HeaderSize; at + ChunkHeaderSize <= bytes.Length;)
        {
            ReadOnlySpan<byte> chunk = bytes[at..];
            int length = BinaryPrimitives.ReadUInt16BigEndian(chunk[2..]);
            var type = (SctpChunkType)chunk[0];
            bool isAlone = type is SctpChunkType.Init or SctpChunkType.InitAck or SctpChunkType.ShutdownComplete, isFirst = type is SctpChunkType.CookieEcho or SctpChunkType.CookieAck;
            bool followsOneAlone = chunks is [.., { Type: SctpChunkType.Init or SctpChunkType.InitAck or SctpChunkType.ShutdownComplete }];
            if (length == 0 || ((isAlone || isFirst) && chunks.Count > 0) || followsOneAlone)
            {
                return null;
            }

            uint? tag = chunk.Length >= ChunkHeaderSize + InitiationSize ? BinaryPrimitives.ReadUInt32BigEndian(chunk[ChunkHeaderSize..]) : null;
            chunks.Add(new(type, chunk[1], tag));
            at += (length + 3) & ~3;
        }

        return chunks.Count == 0 ? null : new(BinaryPrimitives.ReadUInt32BigEndian(bytes[TagAt..]), chunks);
    }

    internal bool Has(params SctpChunkType[] types) => Chunks.Any(chunk => types.Contains(chunk.Type));
}
