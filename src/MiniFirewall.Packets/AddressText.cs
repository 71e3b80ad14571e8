using System.Buffers.Binary;
using System.Net;

namespace MiniFirewall.Packets;

/// <summary>The text form of addresses, as inet_pton reads and inet_ntop writes them; addresses are numbers, host order.</summary>
public static class AddressText
{
    /// <summary>Four decimal numbers for IPv4, RFC 4291 forms for IPv6; no zone, no brackets, no short forms of IPv4.</summary>
    public static bool TryParse(Family family, string text, out UInt128 address) =>
        family == Family.IPv4 ? TryParseV4(text, out address) : TryParseV6(text, out address);

    /// <summary>An address that is written in the program's own text.</summary>
    /// <exception cref="FormatException">The text is not an address of the family.</exception>
    public static UInt128 Parse(Family family, string text) =>
        TryParse(family, text, out UInt128 address) ? address : throw new FormatException($"'{text}' is not an {family} address");

    public static string Format(Family family, UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new IPAddress(family == Family.IPv4 ? bytes[12..] : bytes).ToString();
    }

    private static bool TryParseV4(string text, out UInt128 address)
    {
        address = 0;
        string[] parts = text.Split('.');
        foreach (string part in parts)
        {
            if (part.Length is 0 or > 3 || !part.All(char.IsAsciiDigit) || !byte.TryParse(part, out byte value))
            {
                return false;
            }

            address = (address << 8) | value;
        }

        return parts.Length == 4;
    }

    private static bool TryParseV6(string text, out UInt128 address)
    {
        address = 0;
        if (!text.Contains(':') || !text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.') || !IPAddress.TryParse(text, out IPAddress? parsed))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        parsed.TryWriteBytes(bytes, out _);
        address = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }
}
