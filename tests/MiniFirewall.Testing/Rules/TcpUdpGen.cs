using CsCheck;

namespace MiniFirewall.Testing.Rules;

/// <summary>The tcp and udp matches, with and without -m before them.</summary>
internal static class TcpUdpGen
{
    private static readonly Gen<string> SourcePort = Option("--sport", TextGen.PortRange);

    private static readonly Gen<string> DestinationPort = Option("--dport", TextGen.PortRange);

    private static readonly Gen<string> FlagList = Gen.OneOf(
        "SYN", "ACK", "FIN", "RST", "SYN,ACK", "SYN,RST,ACK,FIN", "FIN,PSH,URG", "ALL", "NONE");

    private static readonly Gen<string> Flags = Gen.Frequency(
        (1, Gen.Const("--syn")),
        (1, Gen.Const("! --syn")),
        (2, Gen.Select(TextGen.Not, FlagList, FlagList, (not, mask, set) => $"{not}--tcp-flags {mask} {set}")));

    private static readonly Gen<string> TcpOption = Option("--tcp-option", TextGen.Number(1, 255, 1, 2, 3, 4, 8));

    internal static Gen<string> Udp { get; } = Gen.OneOf(
        Gen.Select(DestinationPort, Module("udp"), Build),
        Gen.Select(SourcePort, Module("udp"), Build),
        Gen.Select(Gen.Select(SourcePort, DestinationPort, Both), Module("udp"), Build));

    internal static Gen<string> Tcp { get; } = Gen.Frequency(
        (3, Gen.Select(DestinationPort, Module("tcp"), Build)),
        (1, Gen.Select(SourcePort, Module("tcp"), Build)),
        (2, Gen.Select(Flags, Module("tcp"), Build)),
        (2, Gen.Select(TcpOption, Module("tcp"), Build)),
        (1, Gen.Select(Gen.Select(SourcePort, DestinationPort, Both), Module("tcp"), Build)),
        (1, Gen.Select(Gen.Select(DestinationPort, Flags, Both), Module("tcp"), Build)),
        (1, Gen.Select(Gen.Select(Flags, TcpOption, Both), Module("tcp"), Build)));

    private static Gen<string> Module(string name) => Gen.OneOf($"-m {name} ", "");

    private static Gen<string> Option(string option, Gen<string> value) =>
        Gen.Select(TextGen.Not, value, (not, v) => $"{not}{option} {v}");

    private static string Both(string a, string b) => $"{a} {b}";

    private static string Build(string options, string module) => module + options;
}
