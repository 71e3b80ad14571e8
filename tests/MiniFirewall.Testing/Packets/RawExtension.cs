using MiniFirewall.Packets.Building;

namespace MiniFirewall.Testing.Packets;

/// <summary>An IPv6 extension header of any bytes, right or wrong.</summary>
/// <param name="Kind">Its number.</param>
/// <param name="Rest">What follows its first byte, the next header's number.</param>
public sealed record RawExtension(byte Kind, byte[] Rest) : IPv6Extension
{
    public override byte Number => Kind;

    public override byte[] ToBytes(byte nextHeader) => [nextHeader, .. Rest];

    /// <summary>"NUMBER:HEX", the number in decimal and Rest in hexadecimal digits.</summary>
    public static RawExtension Parse(string text)
    {
        string[] parts = text.Split(':');
        return new RawExtension(byte.Parse(parts[0]), Convert.FromHexString(parts[1]));
    }
}
