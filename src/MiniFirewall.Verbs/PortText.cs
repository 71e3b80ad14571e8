using System.Globalization;

namespace MiniFirewall.Verbs;

/// <summary>Ports as verbs and application profiles write them: 22, 6000:6007, 80,443, each maybe followed by /tcp or /udp.</summary>
internal static class PortText
{
    /// <summary>As many as a rule can ask for; a range counts as two.</summary>
    private const int MostPorts = 15;

    /// <summary>Several ports or a range.</summary>
    internal static bool IsList(string ports) => ports.AsSpan().IndexOfAny(',', ':') >= 0;

    /// <summary>Written in digits, commas and colons, so no name.</summary>
    internal static bool IsNumeric(string ports) => ports.Length > 0 && ports.All(c => char.IsAsciiDigit(c) || c is ',' or ':');

    /// <summary>What is wrong with ports in numbers; null where nothing is.</summary>
    internal static string? Wrong(string ports)
    {
        int count = 0;
        foreach (string part in ports.Split(','))
        {
            string[] ends = part.Split(':');
            count += ends.Length;
            if (ends.Length > 2 || !ends.All(IsPort))
            {
                return $"'{part}' is neither a port from 1 to 65535 nor a range LOW:HIGH";
            }

            if (ends.Length == 2 && int.Parse(ends[0], CultureInfo.InvariantCulture) >= int.Parse(ends[1], CultureInfo.InvariantCulture))
            {
                return $"the range '{part}' ends before it begins";
            }
        }

        return count > MostPorts ? $"'{ports}' has more than {MostPorts} ports, where a range counts as two" : null;
    }

    /// <summary>What is wrong with an item of an application profile.</summary>
    internal static string? WrongWithItem(string item)
    {
        (string ports, string? protocol) = Split(item);
        return protocol is not (null or "tcp" or "udp") ? $"'{protocol}' is neither tcp nor udp"
            : protocol is null && IsList(ports) ? $"'{item}' needs /tcp or /udp, since it is several ports"
            : Wrong(ports);
    }

    /// <summary>PORTS/PROTOCOL; the protocol is null where there is no '/'.</summary>
    internal static (string Ports, string? Protocol) Split(string item)
    {
        int slash = item.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (item, null) : (item[..slash], item[(slash + 1)..]);
    }

    private static bool IsPort(string text) => text.Length is > 0 and <= 5 && text.All(char.IsAsciiDigit)
        && int.Parse(text, CultureInfo.InvariantCulture) is > 0 and <= ushort.MaxValue;
}
