using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;

namespace MiniFirewall.Testing.Packets;

/// <summary>Numbers at the borders of what rules ask for.</summary>
internal static class NumberEdges
{
    /// <summary>A list of N, N:M, N: and :M; each border with its neighbours.</summary>
    internal static void Ranges(string text, Func<string, int?> number, int highest, SortedSet<int> into)
    {
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split(':');
            foreach (string end in ends)
            {
                if (number(end) is { } value)
                {
                    into.UnionWith(new[] { value - 1, value, value + 1 }.Where(v => v >= 0 && v <= highest));
                }
            }

            if (ends.Length == 2 && number(ends[0]) is { } low && number(ends[1]) is { } high)
            {
                into.Add((low + high) / 2);
            }
        }
    }

    internal static int? Plain(string text) => int.TryParse(text, out int value) ? value : null;

    internal static int? Port(string text) => text switch
    {
        "ssh" => 22,
        "domain" => 53,
        "http" => 80,
        "https" => 443,
        _ => Plain(text),
    };

    internal static IEnumerable<int> Protocol(string text)
    {
        int? number = text == "ipv6-icmp" ? IpProtocol.Icmpv6 : IpProtocol.NumberOf(text) ?? Plain(text);
        return number is null or 0 ? [] : [number.Value];
    }

    /// <summary>VALUE[/MASK]: the value, one bit inside and one outside the mask turned over.</summary>
    internal static IEnumerable<uint> Mark(string text)
    {
        string[] parts = text.Split('/');
        uint value = Unsigned(parts[0]);
        uint mask = parts.Length == 1 ? uint.MaxValue : Unsigned(parts[1]);
        return [value, value ^ (mask & (~mask + 1)), value ^ (~mask & (mask + 1)), value | ~mask];
    }

    internal static IEnumerable<(byte Type, byte Code)> Icmp(string option, string text)
    {
        (string protocol, string ends) = option == "--icmp-type" ? ("icmp", "10.0.0.1 10.0.0.2") : ("icmpv6", "fd00::1 fd00::2");
        if (!PacketDescription.TryParse($"in eth0 {protocol} {ends} {text}", out PacketDescription? description, out _))
        {
            return [];
        }

        ReadOnlySpan<byte> message = description.Packet.TransportBytes;
        (byte type, byte code) = (message[0], message[1]);
        return [(type, code), (type, (byte)(code + 1)), ((byte)(type + 1), code), ((byte)(type - 1), code)];
    }

    private static uint Unsigned(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? Convert.ToUInt32(text, 16)
        : uint.Parse(text);
}
