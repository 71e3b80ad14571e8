using System.Globalization;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Cli.Safety;

/// <summary>A port of this host that no rule set may close by mistake: "tcp 22", "tcp 22 from 10.0.0.0/8".</summary>
/// <param name="From">From where it is to be reached; null from everywhere.</param>
internal sealed record FailsafePort(byte Protocol, ushort Port, (Family Family, UInt128 Address, int Length)? From)
{
    internal const string Help = "tcp|udp PORT [from ADDRESS[/LENGTH]]";

    private string ProtocolName => Protocol == IpProtocol.Tcp ? "tcp" : "udp";

    /// <summary>What stands behind -p in a rule for it.</summary>
    internal string RuleText => From is { } from
        ? $"{ProtocolName} -s {AddressText.Format(from.Family, from.Address)}/{from.Length} --dport {Port}"
        : $"{ProtocolName} --dport {Port}";

    /// <summary>Null for any other words.</summary>
    internal static FailsafePort? TryParse(string[] words)
    {
        if (words is not (["tcp" or "udp", _] or ["tcp" or "udp", _, "from", _]))
        {
            return null;
        }

        if (!ushort.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) || number == 0)
        {
            return null;
        }

        byte of = words[0] == "tcp" ? IpProtocol.Tcp : IpProtocol.Udp;
        return words.Length == 2 ? new(of, number, null) : Network(words[3]) is { } from ? new(of, number, from) : null;
    }

    public override string ToString() => From is { } from
        ? $"{ProtocolName} {Port} from {AddressText.Format(from.Family, from.Address)}/{from.Length}"
        : $"{ProtocolName} {Port}";

    /// <summary>Addresses from which it is tried: the ends and the middle of the network.</summary>
    internal IEnumerable<UInt128> Sources()
    {
        if (From is not { } from)
        {
            yield break;
        }

        UInt128 size = SizeOf(from.Family, from.Length);
        yield return from.Address;
        yield return from.Address + (size / 2);
        yield return from.Address + size;
    }

    /// <summary>The host part's ones.</summary>
    private static UInt128 SizeOf(Family family, int length)
    {
        int bits = (family == Family.IPv4 ? 32 : 128) - length;
        return bits == 128 ? UInt128.MaxValue : ((UInt128)1 << bits) - 1;
    }

    private static (Family Family, UInt128 Address, int Length)? Network(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length > 2 || !AddressNotation.TryParse(parts[0], out Family family, out UInt128 address))
        {
            return null;
        }

        int most = family == Family.IPv4 ? 32 : 128, length = most;
        return parts.Length == 1 || (int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= most)
            ? (family, address & ~SizeOf(family, length), length)
            : null;
    }
}
