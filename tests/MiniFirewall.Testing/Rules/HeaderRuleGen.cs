using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>
/// Rules, without a chain and a target, of the matches that look into headers, in all their spellings: for comparing texts, so with
/// negations, names and parts in any order. What iptables 1.8.9 is known to print without its meaning is left out.
/// </summary>
public static class HeaderRuleGen
{
    private static readonly string[] ChunkNames =
    [
        "DATA", "INIT", "INIT_ACK", "SACK", "HEARTBEAT", "HEARTBEAT_ACK", "ABORT", "SHUTDOWN", "SHUTDOWN_ACK", "ERROR", "COOKIE_ECHO",
        "COOKIE_ACK", "ECN_ECNE", "ECN_CWR", "SHUTDOWN_COMPLETE", "I_DATA", "ASCONF_ACK", "RE_CONFIG", "PAD", "FORWARD_TSN", "ASCONF",
        "I_FORWARD_TSN", "data:UbI", "DATA:e", "ABORT:T", "abort:t", "SHUTDOWN_COMPLETE:T", "DATA:iBue", "DATA:U",
    ];

    private static readonly string[] DccpTypes =
        ["REQUEST", "RESPONSE", "DATA", "ACK", "DATAACK", "CLOSEREQ", "CLOSE", "RESET", "SYNC", "SYNCACK", "INVALID", "ack"];

    private static readonly string[] DscpClasses =
    [
        "BE", "EF", "CS0", "CS1", "CS2", "CS3", "CS4", "CS5", "CS6", "CS7", "AF11", "AF12", "AF13", "AF21", "AF22", "AF23", "AF31", "AF32",
        "AF33", "AF41", "AF42", "AF43", "ef", "cs3", "af22",
    ];

    private static readonly Gen<string> Number32 = Gen.OneOf(
        Gen.OneOf("0", "1", "4294967295", "0x10", "0xffffffff"), Gen.UInt.Select(n => $"{n}"));

    private static readonly Gen<string> Port = Gen.Int[0, 65535].Select(n => $"{n}");

    private static readonly Gen<string> NamedPort = Gen.Frequency((3, Port), (1, Gen.OneOf("domain", "https", "1", "7", "22", "53")));

    public static Gen<string> For(Family family) => Gen.OneOf(
    [
        Rule("-p esp -m esp", Some(Negatable("--espspi", Range(Number32)))),
        Rule("-p 50", Negatable("--espspi", Range(Number32))),
        Rule("-p ipcomp -m ipcomp", Gen.Select(Negatable("--ipcompspi", Range(Number32)), Some(Gen.Const("--compres")), Join)),
        Rule("-p sctp -m sctp", Shuffled(
            Some(Negatable("--sport", Range(Port))), Some(Negatable("--dport", Range(Port))), Some(Negatable("--chunk-types", Chunks)))),
        Rule("-p dccp -m dccp", Shuffled(
            Some(Negatable("--source-port", Range(Port))), Some(Negatable("--destination-port", Range(Port))),
            Some(Negatable("--dccp-types", List(DccpTypes))), Some(Negatable("--dccp-option", TextGen.Number(1, 255, 1, 255))))),
        Rule("-p tcp -m tcpmss", Negatable("--mss", Range(Port))),
        Rule("-m dscp", Gen.OneOf(Negatable("--dscp", TextGen.Number(0, 63, 0, 63)), Negatable("--dscp-class", Gen.OneOf(DscpClasses)))),
        Rule("-m tos", Negatable("--tos", Gen.OneOf(
            Gen.Int[0, 255].Select(n => $"{n}"), Gen.Select(Gen.Int[0, 255], Gen.OneOf(0, 15, 63, 255), (n, mask) => $"0x{n:x}/{mask}"),
            Gen.OneOf("Minimize-Delay", "Maximize-Throughput", "Maximize-Reliability", "Minimize-Cost", "Normal-Service", "minimize-cost",
                "0x10/0x3f", "8/0x3f", "4/63", "2/0x3f", "0/0x3f")))),
        Rule("-p tcp -m ecn", Shuffled(
            Negatable("--ecn-tcp-ece", Gen.Const("")), Some(Negatable("--ecn-tcp-cwr", Gen.Const(""))), Some(Negatable("--ecn-ip-ect", Gen.Int[0, 3].Select(n => $"{n}"))))),
        Rule("-m ecn", Negatable("--ecn-ip-ect", Gen.Int[0, 3].Select(n => $"{n}"))),
        Rule("-p tcp", Shuffled(
            Negatable("--sport", Range(NamedPort)), Some(Negatable("--dport", Range(NamedPort))), Some(Negatable("--tcp-option", TextGen.Number(1, 255, 2))),
            Some(Gen.OneOf("--syn", "! --syn", "--tcp-flags ALL NONE", "! --tcp-flags SYN,ACK SYN", "--tcp-flags fin,psh,URG ALL")))),
        Rule("-p udp -m udp", Shuffled(Some(Negatable("--sport", Range(NamedPort))), Some(Negatable("--dport", Range(NamedPort))))),
        Rule("", Gen.Select(Gen.OneOf("tcp", "udp", "udplite", "sctp", "dccp"), Gen.OneOf("--sports", "--dports", "--ports"), TextGen.Not, Ports, (protocol, option, not, ports) =>
            $"-p {protocol} -m multiport {not}{option} {ports}")),
        Rule("-m length", Negatable("--length", Range(Port))),
        Rule("-m mark", Negatable("--mark", Gen.OneOf(Number32, Gen.Select(Number32, Number32, (value, mask) => $"{value}/{mask}")))),
        Rule("-m comment", Gen.OneOf("x", "\"two words\"", "\"\"", "\"it's\"", "\"a\\\"b\"", "-x", "\"!\"", "a/b", "\"é\"", "50%", new string('y', 255), new string('z', 300)).Select(text => $"--comment {text}")),
        .. family == Family.IPv4 ? OfIPv4 : OfIPv6,
    ]);

    private static Gen<string>[] OfIPv4 =>
    [
        Rule("-p ah -m ah", Some(Negatable("--ahspi", Range(Number32)))),
        Rule("-p icmp", Negatable("--icmp-type", Gen.OneOf(
            Gen.Int[0, 254].Select(n => $"{n}"), Gen.Select(Gen.Int[0, 18], Gen.Int[0, 16], (type, code) => $"{type}/{code}"),
            Gen.OneOf("any", "255", "ping", "echo-reply", "network-unreachable", "TOS-host-redirect", "ttl-exceeded", "address-mask-reply", "d")))),
        Rule("-m ttl", Hops("ttl")),
        Rule("-m iprange", Shuffled(Negatable("--src-range", Gen.OneOf("1.1.1.1-2.2.2.2", "10.0.0.1")), Some(Negatable("--dst-range", Gen.OneOf("0.0.0.0-255.255.255.255", "3.3.3.3-3.3.3.4"))))),
    ];

    private static Gen<string>[] OfIPv6 =>
    [
        Rule("-m ah", Shuffled(Some(Negatable("--ahspi", Range(Number32))), Some(Negatable("--ahlen", Number32)), Some(Gen.Const("--ahres")))),
        Rule("-p ipv6-icmp", Negatable("--icmpv6-type", Gen.OneOf(
            Gen.Int[0, 255].Select(n => $"{n}"), Gen.Select(Gen.Int[0, 5], Gen.Int[0, 7], (type, code) => $"{type}/{code}"),
            Gen.OneOf("ping", "pong", "no-route", "packet-too-big", "ttl-zero-during-transit", "neighbor-solicitation", "redirect")))),
        Rule("-m hl", Hops("hl")),
        Rule("-m iprange", Negatable("--src-range", Gen.OneOf("::1-::2", "2001:db8::-2001:db8:ffff::"))),
    ];

    private static Gen<string> Chunks => Gen.Select(
        Gen.OneOf("all", "any", "only", "ANY"), Gen.Frequency((4, List(ChunkNames)), (1, Gen.OneOf("ALL", "NONE", "all"))), (mode, types) => $"{mode} {types}");

    private static Gen<string> Ports => Gen.OneOf(
        Port, Gen.Select(Gen.Int[0, 30000], Gen.Int[30001, 65535], (low, high) => $"{low}:{high}")).Array[1, 7].Select(ports => string.Join(',', ports));

    private static Gen<string> Hops(string name) => Gen.Select(
        Gen.OneOf($"--{name}", $"! --{name}-eq", $"--{name}-lt", $"--{name}-gt"), Gen.Int[0, 255], (option, hops) => $"{option} {hops}");

    /// <summary>N, LOW:HIGH, LOW: or :HIGH; never the negation of everything, see <see cref="Negatable"/>.</summary>
    private static Gen<string> Range(Gen<string> number) => Gen.OneOf(
        number,
        number.Where(n => char.IsAsciiDigit(n[0]) && !n.StartsWith('0')).Select(n => $"{n}:"),
        number.Where(n => n != "4294967295" && n != "0xffffffff" && n != "65535").Select(n => $":{n}"),
        Gen.OneOf("3:4", "7:7", "1:65535"));

    private static Gen<string> List(string[] words) => Gen.OneOf(words).Array[1, 5].Select(list => string.Join(',', list));

    private static Gen<string> Negatable(string option, Gen<string> value) =>
        Gen.Select(TextGen.Not, value, (not, v) => $"{not}{option} {v}".TrimEnd());

    private static Gen<string> Some(Gen<string> part) => Gen.Frequency((1, TextGen.Nothing), (2, part));

    private static Gen<string> Shuffled(params Gen<string>[] parts) =>
        parts.Aggregate(Gen.Const(Array.Empty<string>()), (all, part) => Gen.Select(all, part, (list, one) => list.Append(one).ToArray()))
            .SelectMany(list => Gen.Shuffle(list)).Select(list => string.Join(' ', list.Where(part => part.Length > 0)));

    private static Gen<string> Rule(string before, Gen<string> options) => options.Select(text => Join(before, text));

    private static string Join(string before, string after) => $"{before} {after}".Trim();
}
