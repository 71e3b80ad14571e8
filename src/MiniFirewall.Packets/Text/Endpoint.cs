namespace MiniFirewall.Packets.Text;

/// <summary>An address with or without a port: 10.0.0.5, 10.0.0.5:22, 2001:db8::1, [2001:db8::1], [2001:db8::1]:22.</summary>
internal readonly record struct Endpoint(Family Family, UInt128 Address, ushort? Port)
{
    internal const ushort DefaultPort = 50000;

    internal ushort PortOrDefault => Port ?? DefaultPort;

    /// <summary>Null where the text is none; <paramref name="portText"/> is what stands where a port is expected, or null.</summary>
    internal static Endpoint? TryParse(string text, out string? portText)
    {
        (string address, portText) = Split(text);
        Family family = address.Contains(':') ? Family.IPv6 : Family.IPv4;
        return AddressText.TryParse(family, address, out UInt128 number) ? new(family, number, null) : null;
    }

    internal static string Print(Family family, UInt128 address, ushort? port)
    {
        string text = AddressText.Format(family, address);
        return port is null ? text : family == Family.IPv4 ? $"{text}:{port}" : $"[{text}]:{port}";
    }

    private static (string Address, string? Port) Split(string text)
    {
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']');
            string rest = close < 0 ? "" : text[(close + 1)..];
            return close > 0 && text[..close].Contains(':') && (rest.Length == 0 || rest[0] == ':')
                ? (text[1..close], rest.Length == 0 ? null : rest[1..])
                : (text, null);
        }

        int colon = text.IndexOf(':');
        return colon >= 0 && colon == text.LastIndexOf(':') ? (text[..colon], text[(colon + 1)..]) : (text, null);
    }
}
