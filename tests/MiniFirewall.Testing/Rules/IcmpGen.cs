using CsCheck;

namespace MiniFirewall.Testing.Rules;

/// <summary>The icmp and icmp6 matches.</summary>
internal static class IcmpGen
{
    internal static Gen<string> V4 { get; } = Make("-m icmp ", "--icmp-type", [
        "echo-request", "echo-reply", "destination-unreachable", "port-unreachable", "time-exceeded", "8", "0", "3/3", "3/4", "255/7", "any",
    ]);

    internal static Gen<string> V6 { get; } = Make("-m icmp6 ", "--icmpv6-type", [
        "echo-request", "echo-reply", "destination-unreachable", "port-unreachable", "neighbour-solicitation", "128", "1/4", "135/0", "255/7",
    ]);

    private static Gen<string> Make(string module, string option, string[] types) => Gen.Select(
        Gen.OneOf(module, ""),
        TextGen.Not,
        Gen.OneOf(types),
        (m, not, type) => $"{m}{(type == "any" ? "" : not)}{option} {type}");
}
