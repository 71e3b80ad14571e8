using System.Buffers.Binary;
using MiniFirewall.Packets;

namespace MiniFirewall.Dns.Messages;

/// <summary>What is asked: the addresses of one family that a name has.</summary>
/// <param name="Name">Normalized (<see cref="DnsName.TryNormalize"/>).</param>
public readonly record struct DnsQuestion(string Name, Family Family)
{
    /// <summary>Bytes of an answer that fit into one packet nearly everywhere (DNS flag day 2020).</summary>
    internal const int AnswerBytes = 1232;

    private const int HeaderBytes = 12;
    private const ushort RecursionDesired = 0x0100, Internet = 1, Options = 41;

    internal DnsType Type => Family == Family.IPv4 ? DnsType.A : DnsType.Aaaa;

    /// <summary>The message that asks it, with EDNS(0) (RFC 6891).</summary>
    internal byte[] Encode(ushort id)
    {
        List<byte> message = [.. new byte[HeaderBytes]];
        DnsName.Write(message, Name);
        Add(message, (ushort)Type, Internet);
        message.Add(0);
        Add(message, Options, AnswerBytes, 0, 0, 0);
        byte[] bytes = [.. message];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, id);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), RecursionDesired);
        bytes[5] = 1;
        bytes[11] = 1;
        return bytes;
    }

    private static void Add(List<byte> message, params ReadOnlySpan<ushort> numbers)
    {
        foreach (ushort number in numbers)
        {
            message.Add((byte)(number >> 8));
            message.Add((byte)number);
        }
    }
}
