using System.Buffers.Binary;

namespace MiniFirewall.Packets.Building;

/// <summary>The ones' complement sum of 16-bit words (RFC 1071).</summary>
public static class InternetChecksum
{
    public static ushort Of(ReadOnlySpan<byte> bytes) => Finish(Sum(bytes));

    internal static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        for (; bytes.Length >= 2; bytes = bytes[2..])
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        }

        return bytes.Length == 1 ? sum + ((ulong)bytes[0] << 8) : sum;
    }

    internal static ushort Finish(ulong sum)
    {
        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
