using System.Buffers.Binary;
using System.Text;

namespace MiniFirewall.Compiler;

/// <summary>
/// What a test build reads instead of the packet's surroundings: BPF_PROG_TEST_RUN can set neither interfaces nor mark,
/// and always hands over linear packets.
/// </summary>
public static class TestInputLayout
{
    public const int Size = 64;
    internal const int InInterface = 0;
    internal const int OutInterface = 16;
    internal const int Mark = 32;
    internal const int ForceSlowPath = 36;

    /// <summary>The map's value. Names are at most 15 ASCII characters.</summary>
    /// <param name="forceSlowPath">Read the transport header as if it stood outside the packet's linear part.</param>
    public static byte[] Encode(string inInterface, string outInterface, uint mark, bool forceSlowPath = false)
    {
        var value = new byte[Size];
        Encoding.ASCII.GetBytes(inInterface, value.AsSpan(InInterface, 15));
        Encoding.ASCII.GetBytes(outInterface, value.AsSpan(OutInterface, 15));
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(Mark), mark);
        value[ForceSlowPath] = forceSlowPath ? (byte)1 : (byte)0;
        return value;
    }
}
