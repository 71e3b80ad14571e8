using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>
/// Matches that look into headers: ah, esp, ipcomp, sctp, dccp, tcpmss, dscp, tos and ecn. Chunk types and DCCP's options are not
/// negated: there the kernel counts a packet that it cannot read, and miniFirewall does not.
/// </summary>
internal static class HeaderMatchGen
{
    private static readonly Gen<string> Spi = Gen.OneOf("0", "1", "5", "0:5", "1:65535", ":256", "256:", "4294967295", "0x10");

    private static readonly Gen<string> ChunkTypes = Gen.OneOf(
        "DATA", "INIT", "DATA,INIT", "SACK,ABORT", "DATA:U,SACK", "ABORT:T,SHUTDOWN_COMPLETE:t", "DATA:Be", "ALL", "NONE", "FORWARD_TSN,PAD", "DATA,INIT,SACK,ABORT,PAD");

    private static readonly Gen<string> DccpTypes = Gen.OneOf(
        "REQUEST", "DATA,ACK", "RESET", "INVALID", "REQUEST,RESPONSE,DATA,ACK,DATAACK,CLOSEREQ,CLOSE,RESET,SYNC,SYNCACK");

    internal static Gen<string> Esp { get; } = Gen.OneOf(Gen.Const("-m esp"), Asks("-m esp ", "--espspi", Spi));

    internal static Gen<string> Ah { get; } = Gen.OneOf(Gen.Const("-m ah"), Asks("-m ah ", "--ahspi", Spi));

    internal static Gen<string> Ipcomp { get; } =
        Gen.Select(Asks("-m ipcomp ", "--ipcompspi", Spi), Gen.OneOf("", " --compres"), (spi, reserved) => spi + reserved);

    internal static Gen<string> Sctp { get; } = Gen.Frequency(
        (1, Gen.Const("-m sctp")),
        (1, Asks("-m sctp ", "--sport", TextGen.NumericPortRange)),
        (1, Asks("-m sctp ", "--dport", TextGen.NumericPortRange)),
        (4, Gen.Select(Gen.OneOf("all", "any", "only"), ChunkTypes, (mode, types) => $"-m sctp --chunk-types {mode} {types}")));

    internal static Gen<string> Dccp { get; } = Gen.Frequency(
        (1, Gen.Const("-m dccp")),
        (1, Asks("-m dccp ", "--sport", TextGen.NumericPortRange)),
        (1, Asks("-m dccp ", "--dport", TextGen.NumericPortRange)),
        (2, Asks("-m dccp ", "--dccp-types", DccpTypes)),
        (2, TextGen.Number(1, 255, 1, 2, 37, 38, 44).Select(kind => $"-m dccp --dccp-option {kind}")));

    /// <summary>What rules of -p tcp may ask beside -m tcp.</summary>
    internal static Gen<string> Tcp { get; } = Gen.OneOf(
        Asks("-m tcpmss ", "--mss", TextGen.NumberRange(0, 65535, 0, 512, 514, 1460, 65535)),
        Gen.OneOf("--ecn-tcp-cwr", "! --ecn-tcp-cwr", "--ecn-tcp-ece", "! --ecn-tcp-ece --ecn-tcp-cwr", "--ecn-tcp-ece --ecn-ip-ect 1").Select(bits => $"-m ecn {bits}"));

    /// <summary>Of every protocol and both families.</summary>
    internal static Gen<string> Anywhere { get; } = Gen.OneOf(
        Asks("-m dscp ", "--dscp", TextGen.Number(0, 63, 0, 8, 46)),
        Asks("-m dscp ", "--dscp-class", Gen.OneOf("BE", "EF", "AF11", "CS7")),
        Asks("-m tos ", "--tos", Gen.OneOf("0", "0x10/0x10", "0x03/0x0f", "1/0xff", "255/0", "0x80/0xc0", "Minimize-Delay", "Normal-Service")),
        Asks("-m ecn ", "--ecn-ip-ect", Gen.OneOf("0", "1", "2", "3")));

    /// <summary>ah of IPv6, where it needs no protocol.</summary>
    internal static Gen<string> AhOfIPv6 { get; } = Gen.OneOf(
        Ah, Gen.OneOf("--ahlen 12", "! --ahlen 16", "--ahres", "--ahlen 5", "! --ahlen 0", "--ahspi 0 --ahlen 20 --ahres").Select(options => $"-m ah {options}"));

    /// <summary>The match of a protocol, where this file has one.</summary>
    internal static Gen<string>? OfProtocol(byte protocol) => protocol switch
    {
        IpProtocol.Esp => Esp,
        IpProtocol.Authentication => Ah,
        IpProtocol.Compression => Ipcomp,
        IpProtocol.Sctp => Sctp,
        IpProtocol.Dccp => Dccp,
        IpProtocol.Tcp => Tcp,
        _ => null,
    };

    private static Gen<string> Asks(string before, string option, Gen<string> value) =>
        Gen.Select(TextGen.Not, value, (not, v) => $"{before}{not}{option} {v}");
}
