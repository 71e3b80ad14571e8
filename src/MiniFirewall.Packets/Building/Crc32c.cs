namespace MiniFirewall.Packets.Building;

/// <summary>The Castagnoli CRC (RFC 9260 appendix A).</summary>
public static class Crc32c
{
    private const uint ReflectedPolynomial = 0x82f63b78;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ ReflectedPolynomial;
            }
        }

        return ~crc;
    }
}
