using System.Buffers.Binary;
using System.Globalization;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>
/// An SCTP packet by words: <c>tag N</c>, the common header's, then its chunks: a name of <see cref="s_types"/> or a number, <c>init=N</c> and
/// <c>init-ack=N</c> with the tag that they tell, <c>/t</c> behind it for the T bit; <c>zero</c> has the length 0, <c>small</c> the length 1, <c>long</c> one beyond
/// the packet, <c>cut</c> three bytes only, <c>short-init</c> and <c>short-init-ack</c> no whole header of their own.
/// </summary>
internal static class SctpScript
{
    private const byte Init = 1, InitAck = 2;

    private static readonly Dictionary<string, byte> s_types = new()
    {
        ["data"] = 0,
        ["init"] = Init,
        ["init-ack"] = InitAck,
        ["sack"] = 3,
        ["heartbeat"] = 4,
        ["heartbeat-ack"] = 5,
        ["abort"] = 6,
        ["shutdown"] = 7,
        ["shutdown-ack"] = 8,
        ["error"] = 9,
        ["cookie-echo"] = 10,
        ["cookie-ack"] = 11,
        ["complete"] = 14,
    };

    internal static SctpPacket Read(Queue<string> words, ushort source, ushort destination)
    {
        uint tag = 0;
        List<byte> chunks = [];
        while (words.TryDequeue(out string? word))
        {
            if (word == "tag")
            {
                tag = uint.Parse(words.Dequeue(), CultureInfo.InvariantCulture);
            }
            else
            {
                chunks.AddRange(Chunk(word));
            }
        }

        return new SctpPacket(source, destination) { VerificationTag = tag, Payload = [.. chunks] };
    }

    private static byte[] Chunk(string word) => word switch
    {
        "zero" => [0, 0, 0, 0],
        "small" => [3, 0, 0, 1],
        "long" => [3, 0, 200, 0, 1, 2, 3, 4],
        "cut" => [9, 0, 0],
        "short-init" => [Init, 0, 0, 16, .. new byte[12]],
        "short-init-ack" => [InitAck, 0, 0, 16, .. new byte[12]],
        _ => Whole(word),
    };

    private static byte[] Whole(string word)
    {
        bool hasFlag = word.EndsWith("/t", StringComparison.Ordinal);
        string[] parts = (hasFlag ? word[..^2] : word).Split('=');
        byte type = s_types.TryGetValue(parts[0], out byte known) ? known : byte.Parse(parts[0], CultureInfo.InvariantCulture);
        byte[] chunk = type is Init or InitAck ? [.. new byte[20]] : [.. new byte[8]];
        chunk[0] = type;
        chunk[1] = (byte)(hasFlag ? 1 : 0);
        chunk[3] = (byte)chunk.Length;
        if (parts.Length > 1)
        {
            BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4), uint.Parse(parts[1], CultureInfo.InvariantCulture));
        }

        return chunk;
    }
}
