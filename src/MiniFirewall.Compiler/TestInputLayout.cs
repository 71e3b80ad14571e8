using System.Buffers.Binary;
using System.Text;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler;

/// <summary>
/// What a test build reads instead of the packet's surroundings: BPF_PROG_TEST_RUN can set neither interfaces nor mark,
/// and always hands over linear packets. Clocks and random numbers are a packet's own too, so that two runs are one.
/// </summary>
public static class TestInputLayout
{
    public const int Size = 320;
    internal const int InInterface = 0;
    internal const int OutInterface = 16;
    internal const int Mark = 32;
    internal const int ForceSlowPath = 36;
    internal const int Time = 256;
    internal const int Jiffies = 264;
    internal const int Chance = 272;

    /// <summary>The map's value. Names are at most 15 ASCII characters.</summary>
    /// <param name="forceSlowPath">Read the transport header as if it stood outside the packet's linear part.</param>
    public static byte[] Encode(Packet packet, bool forceSlowPath = false)
    {
        var value = new byte[Size];
        Encoding.ASCII.GetBytes(packet.InInterface, value.AsSpan(InInterface, 15));
        Encoding.ASCII.GetBytes(packet.OutInterface, value.AsSpan(OutInterface, 15));
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(Mark), packet.Mark);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(Time), packet.Time);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(Jiffies), packet.Clock.Jiffies);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(Chance), packet.Chance);
        value[ForceSlowPath] = forceSlowPath ? (byte)1 : (byte)0;
        return value;
    }
}
