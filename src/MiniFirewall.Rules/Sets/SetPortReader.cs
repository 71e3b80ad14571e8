using System.Globalization;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Matches;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Sets;

/// <summary>
/// Reads the port of an element: [PROTOCOL:]PORT, PORT-PORT or a service's name; icmp:TYPE/CODE, icmp:NAME, icmpv6:TYPE/CODE;
/// PROTOCOL:0 for a protocol without ports. The protocol is tcp where none is written.
/// </summary>
internal sealed class SetPortReader(NetworkNames names)
{
    internal byte Protocol { get; private set; }

    internal int Low { get; private set; }

    internal int High { get; private set; }

    internal int Count => High - Low + 1;

    internal string Problem { get; private set; } = "";

    internal string Help { get; private set; } = "";

    internal void Clear() => (Protocol, Low, High, Problem, Help) = (0, 0, 0, "", "");

    internal bool TryRead(ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        string protocol = colon < 0 ? "tcp" : text[..colon].ToString();
        if (!TryReadProtocol(protocol, out byte number) || number == 0)
        {
            return Fail($"{Show.Word(protocol)} is not a protocol", Nearest.HintOr(protocol, ["tcp", "udp", "sctp", "udplite", "icmp", "icmpv6"], "such as tcp:80"));
        }

        Protocol = number;
        ReadOnlySpan<char> rest = text[(colon + 1)..];
        return number switch
        {
            IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.UdpLite or IpProtocol.Sctp => TryReadPorts(rest, ProtocolNames.Print(number)),
            IpProtocol.Icmp or IpProtocol.Icmpv6 => TryReadType(rest),
            _ when rest is "0" => true,
            _ => Fail($"protocol {protocol} has no ports in a set", $"write {protocol}:0"),
        };
    }

    /// <summary>A port without a protocol.</summary>
    internal bool TryReadPlain(ReadOnlySpan<char> text) => TryReadPorts(text, "tcp");

    /// <summary>Whether the protocol goes with the addresses' family.</summary>
    internal bool TryCheck(FamilySet families) =>
        (Protocol != IpProtocol.Icmp || families == FamilySet.IPv4 || Fail("icmp is IPv4's, and the addresses are not", "write icmpv6"))
        && (Protocol != IpProtocol.Icmpv6 || families == FamilySet.IPv6 || Fail("icmpv6 is IPv6's, and the addresses are not", "write icmp"));

    private bool TryReadProtocol(string text, out byte number) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) || names.TryGetProtocol(text, out number);

    private bool TryReadPorts(ReadOnlySpan<char> text, string protocol)
    {
        int dash = text.IndexOf('-');
        if (TryReadPort(text, protocol, out ushort port))
        {
            (Low, High) = (port, port);
            return true;
        }

        if (dash < 0 || !TryReadPort(text[..dash], protocol, out ushort low) || !TryReadPort(text[(dash + 1)..], protocol, out ushort high))
        {
            return Fail($"{Show.Word(text.ToString())} is not a port", "a number up to 65535, a service's name, or LOW-HIGH");
        }

        (Low, High) = (low, high);
        return low <= high || Fail($"the range {Show.Word(text.ToString())} ends before it begins", $"write {high}-{low}");
    }

    private bool TryReadPort(ReadOnlySpan<char> text, string protocol, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)
        || (!text.IsEmpty && !char.IsAsciiDigit(text[0]) && names.TryGetService(text.ToString(), [protocol], out port));

    /// <summary>TYPE/CODE, or the name of one type and code.</summary>
    private bool TryReadType(ReadOnlySpan<char> text)
    {
        int slash = text.IndexOf('/');
        if (slash > 0 && TryReadByte(text[..slash], out byte type) && TryReadByte(text[(slash + 1)..], out byte code))
        {
            Low = High = (type << 8) | code;
            return true;
        }

        string name = text.ToString();
        if (IcmpNames.Find(Protocol, name) is { } known)
        {
            Low = High = (known.Type << 8) | known.LowCode;
            return true;
        }

        return Fail($"{Show.Word(name)} is not a type and code of ICMP", Nearest.HintOr(name, IcmpNames.SingleCodes(Protocol), "write TYPE/CODE"));
    }

    private static bool TryReadByte(ReadOnlySpan<char> text, out byte number) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private bool Fail(string problem, string help)
    {
        (Problem, Help) = (problem, help);
        return false;
    }
}

/// <summary>Names that stand for one type and one code of ICMP or ICMPv6.</summary>
internal static class IcmpNames
{
    internal static IcmpType? Find(byte protocol, string name)
    {
        foreach ((string known, IcmpType type) in Table(protocol))
        {
            if (known == name && IsSingle(protocol, type))
            {
                return type;
            }
        }

        return null;
    }

    internal static IEnumerable<string> SingleCodes(byte protocol) =>
        Table(protocol).Where(entry => IsSingle(protocol, entry.Type)).Select(entry => entry.Name);

    /// <summary>A type whose codes have no names of their own stands for its code 0.</summary>
    private static bool IsSingle(byte protocol, IcmpType type) => type.LowCode == type.HighCode
        || (type.Type != byte.MaxValue && !Table(protocol).Any(other => other.Type.Type == type.Type && other.Type.LowCode == other.Type.HighCode));

    private static IReadOnlyList<(string Name, IcmpType Type)> Table(byte protocol) =>
        protocol == IpProtocol.Icmp ? IcmpMatch.KnownTypes : Icmp6Match.KnownTypes;
}
