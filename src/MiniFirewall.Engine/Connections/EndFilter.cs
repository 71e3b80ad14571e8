using System.Globalization;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Connections;

/// <summary>What one end of a connection has to be: an address in a network, a port, or both.</summary>
/// <param name="Family">Null where no address is asked for.</param>
/// <param name="Port">Null where none is asked for.</param>
internal sealed record EndFilter(Family? Family, UInt128 Address, UInt128 Mask, ushort? Port)
{
    /// <summary>Reads ADDRESS[/LENGTH][:PORT], [ADDRESS[/LENGTH]]:PORT or :PORT; null where the text is none.</summary>
    internal static EndFilter? TryParse(string text)
    {
        (string address, string? portText) = Split(text);
        ushort port = 0;
        if (portText is not null && !ushort.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port))
        {
            return null;
        }

        ushort? asked = portText is null ? null : port;
        return address.Length > 0 ? WithAddress(address, asked) : asked is null ? null : new(null, 0, 0, asked);
    }

    internal bool Matches(Family family, UInt128 address, bool hasPorts, ushort port) =>
        (Family is not { } wanted || (wanted == family && (address & Mask) == Address)) && (Port is not { } number || (hasPorts && port == number));

    private static EndFilter? WithAddress(string text, ushort? port)
    {
        string[] parts = text.Split('/');
        Family family = parts[0].Contains(':') ? Packets.Family.IPv6 : Packets.Family.IPv4;
        int bits = family == Packets.Family.IPv4 ? 32 : 128, length = bits;
        bool isGood = parts.Length <= 2 && AddressText.TryParse(family, parts[0], out _)
            && (parts.Length == 1 || (int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= bits));
        if (!isGood)
        {
            return null;
        }

        UInt128 all = family == Packets.Family.IPv4 ? uint.MaxValue : UInt128.MaxValue, mask = length == 0 ? 0 : (all << (bits - length)) & all;
        return new(family, AddressText.Parse(family, parts[0]) & mask, mask, port);
    }

    private static (string Address, string? Port) Split(string text)
    {
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']');
            string rest = close < 0 ? "" : text[(close + 1)..];
            return close < 0 || rest is not ("" or [':', ..]) ? (text, null) : (text[1..close], rest.Length == 0 ? null : rest[1..]);
        }

        int colon = text.IndexOf(':');
        return colon >= 0 && colon == text.LastIndexOf(':') ? (text[..colon], text[(colon + 1)..]) : (text, null);
    }
}
