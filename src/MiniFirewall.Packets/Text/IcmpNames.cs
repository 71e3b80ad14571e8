namespace MiniFirewall.Packets.Text;

/// <summary>Names of ICMP types and of (type, code) pairs, as iptables' icmp and icmp6 matches spell them.</summary>
internal static class IcmpNames
{
    private static readonly (string Name, byte Type, byte Code)[] V4 =
    [
        ("echo-reply", 0, 0), ("pong", 0, 0),
        ("destination-unreachable", 3, 0), ("network-unreachable", 3, 0), ("host-unreachable", 3, 1),
        ("protocol-unreachable", 3, 2), ("port-unreachable", 3, 3), ("fragmentation-needed", 3, 4),
        ("source-route-failed", 3, 5), ("network-unknown", 3, 6), ("host-unknown", 3, 7),
        ("network-prohibited", 3, 9), ("host-prohibited", 3, 10), ("TOS-network-unreachable", 3, 11),
        ("TOS-host-unreachable", 3, 12), ("communication-prohibited", 3, 13), ("host-precedence-violation", 3, 14),
        ("precedence-cutoff", 3, 15),
        ("source-quench", 4, 0),
        ("redirect", 5, 0), ("network-redirect", 5, 0), ("host-redirect", 5, 1), ("TOS-network-redirect", 5, 2),
        ("TOS-host-redirect", 5, 3),
        ("echo-request", 8, 0), ("ping", 8, 0),
        ("router-advertisement", 9, 0), ("router-solicitation", 10, 0),
        ("time-exceeded", 11, 0), ("ttl-exceeded", 11, 0), ("ttl-zero-during-transit", 11, 0),
        ("ttl-zero-during-reassembly", 11, 1),
        ("parameter-problem", 12, 0), ("ip-header-bad", 12, 0), ("required-option-missing", 12, 1),
        ("timestamp-request", 13, 0), ("timestamp-reply", 14, 0),
        ("address-mask-request", 17, 0), ("address-mask-reply", 18, 0),
    ];

    private static readonly (string Name, byte Type, byte Code)[] V6 =
    [
        ("destination-unreachable", 1, 0), ("no-route", 1, 0), ("communication-prohibited", 1, 1), ("beyond-scope", 1, 2),
        ("address-unreachable", 1, 3), ("port-unreachable", 1, 4), ("failed-policy", 1, 5), ("reject-route", 1, 6),
        ("packet-too-big", 2, 0),
        ("time-exceeded", 3, 0), ("ttl-exceeded", 3, 0), ("ttl-zero-during-transit", 3, 0), ("ttl-zero-during-reassembly", 3, 1),
        ("parameter-problem", 4, 0), ("bad-header", 4, 0), ("unknown-header-type", 4, 1), ("unknown-option", 4, 2),
        ("echo-request", 128, 0), ("ping", 128, 0), ("echo-reply", 129, 0), ("pong", 129, 0),
        ("mld-listener-query", 130, 0), ("mld-listener-report", 131, 0), ("mld-listener-done", 132, 0),
        ("router-solicitation", 133, 0), ("router-advertisement", 134, 0),
        ("neighbour-solicitation", 135, 0), ("neighbor-solicitation", 135, 0),
        ("neighbour-advertisement", 136, 0), ("neighbor-advertisement", 136, 0), ("redirect", 137, 0),
    ];

    /// <summary>A name, TYPE or TYPE/CODE; without a code it is 0.</summary>
    internal static (byte Type, byte Code)? TryParse(Family family, string text)
    {
        string[] numbers = text.Split('/');
        if (numbers.Length <= 2 && byte.TryParse(numbers[0], System.Globalization.NumberStyles.None, null, out byte type))
        {
            byte code = 0;
            bool good = numbers.Length == 1 || byte.TryParse(numbers[1], System.Globalization.NumberStyles.None, null, out code);
            return good ? (type, code) : null;
        }

        return Of(family).Where(n => n.Name == text).Select(n => ((byte, byte)?)(n.Type, n.Code)).FirstOrDefault();
    }

    internal static string Print(Family family, byte type, byte code) =>
        Of(family).FirstOrDefault(n => n.Type == type && n.Code == code).Name ?? $"{type}/{code}";

    private static (string Name, byte Type, byte Code)[] Of(Family family) => family == Family.IPv4 ? V4 : V6;
}
