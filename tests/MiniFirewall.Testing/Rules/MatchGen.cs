using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>The matches of a rule: each kind that fits its protocol and families, in any order.</summary>
internal static class MatchGen
{
    private static readonly Gen<string> Comment = Gen.OneOf(
        "-m comment --comment plain", "-m comment --comment \"two words\"", "-m comment --comment \"say \\\"-p udp\\\"\"");

    private static readonly Gen<string> Mark = Gen.Select(
        TextGen.Not,
        Gen.OneOf("0", "1", "0x1", "0x10/0xf0", "0xffffffff", "0/0xff", "42"),
        (not, m) => $"-m mark {not}--mark {m}");

    private static readonly Gen<string> Length = Gen.Select(
        TextGen.Not,
        TextGen.NumberRange(0, 65535, 0, 20, 40, 60, 64, 100, 576, 1400, 65535),
        (not, l) => $"-m length {not}--length {l}");

    internal static Gen<string[]> For(FamilySet families, byte protocol, RuleSetGenOptions options) =>
        Gen.Select(
            OfProtocol(protocol),
            Gen.Frequency((3, TextGen.Nothing), (options.Questions ? 2 : 0, HeaderMatchGen.OfProtocol(protocol) ?? TextGen.Nothing)),
            Anywhere(families, options.Sets ? 1 : 0, options.Questions ? 1 : 0).Array[0, 2],
            (own, header, others) => new[] { own, header }.Concat(others.Distinct()).ToArray())
        .SelectMany(parts => Gen.Shuffle(parts));

    private static Gen<string> OfProtocol(byte protocol) => protocol switch
    {
        IpProtocol.Tcp => Gen.Frequency((1, TextGen.Nothing), (4, TcpUdpGen.Tcp), (2, Multiport)),
        IpProtocol.Udp => Gen.Frequency((1, TextGen.Nothing), (4, TcpUdpGen.Udp), (2, Multiport)),
        IpProtocol.UdpLite or IpProtocol.Sctp or IpProtocol.Dccp => Gen.Frequency((1, TextGen.Nothing), (2, Multiport)),
        IpProtocol.Icmp => Gen.Frequency((1, TextGen.Nothing), (4, IcmpGen.V4)),
        IpProtocol.Icmpv6 => Gen.Frequency((1, TextGen.Nothing), (4, IcmpGen.V6)),
        ProtocolGen.Mobility => Gen.Frequency((1, TextGen.Nothing), (4, ExtensionHeaderGen.Mobility)),
        _ => TextGen.Nothing,
    };

    private static Gen<string> Multiport { get; } = Gen.Select(
        TextGen.Not,
        Gen.OneOf("--sports", "--dports", "--ports"),
        TextGen.PortList,
        (not, option, list) => $"-m multiport {not}{option} {list}");

    private static Gen<string> Anywhere(FamilySet families, int sets, int questions) => families switch
    {
        FamilySet.IPv4 => Gen.Frequency(
            (4, TextGen.Nothing), (1, Comment), (1, Mark), (1, Length), (questions, ComputedGen.Any), (questions, SurroundingsGen.For(families)), (1, HopLimit("ttl")), (1, Range(Family.IPv4)),
            (sets, SetGen.For(Family.IPv4)), (questions, HeaderMatchGen.Anywhere)),
        FamilySet.IPv6 => Gen.Frequency(
            (4, TextGen.Nothing), (1, Comment), (1, Mark), (1, Length), (questions, ComputedGen.Any), (questions, SurroundingsGen.For(families)), (1, HopLimit("hl")), (1, Range(Family.IPv6)),
            (sets, SetGen.For(Family.IPv6)), (questions, HeaderMatchGen.Anywhere), (questions, HeaderMatchGen.AhOfIPv6), (2 * questions, ExtensionHeaderGen.Any)),
        _ => Gen.Frequency((4, TextGen.Nothing), (1, Comment), (1, Mark), (1, Length), (questions, ComputedGen.Any), (questions, SurroundingsGen.For(families)), (questions, HeaderMatchGen.Anywhere)),
    };

    private static Gen<string> HopLimit(string name)
    {
        Gen<string> number = TextGen.Number(0, 255, 1, 2, 63, 64, 255);
        return Gen.Frequency(
            (2, Gen.Select(TextGen.Not, number, (not, n) => $"-m {name} {not}--{name}-eq {n}")),
            (1, number.Select(n => $"-m {name} --{name}-lt {n}")),
            (1, number.Select(n => $"-m {name} --{name}-gt {n}")));
    }

    private static Gen<string> Range(Family family)
    {
        Gen<string> range = Gen.Select(TextGen.Address(family), TextGen.Address(family), (a, b) => InOrder(family, a, b));
        Gen<string> source = Gen.Select(TextGen.Not, range, (not, r) => $"{not}--src-range {r}");
        Gen<string> destination = Gen.Select(TextGen.Not, range, (not, r) => $"{not}--dst-range {r}");
        return Gen.OneOf(source, destination, Gen.Select(source, destination, (s, d) => $"{s} {d}")).Select(t => $"-m iprange {t}");
    }

    private static string InOrder(Family family, string a, string b) =>
        AddressText.Parse(family, a) <= AddressText.Parse(family, b) ? $"{a}-{b}" : $"{b}-{a}";
}
