using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Rules;

/// <summary>Matches that ask for sets; the sets are always the same.</summary>
public static class SetGen
{
    /// <summary>The sets, in ipset save's text, of types that kernels have.</summary>
    public const string Text =
        "create nets4 hash:net family inet\nadd nets4 10.0.0.0/8\nadd nets4 10.1.0.0/16 nomatch\nadd nets4 128.0.0.0/1\nadd nets4 192.0.2.1\n"
        + "create nets6 hash:net family inet6\nadd nets6 2001:db8::/32\nadd nets6 2001:db8:1::/48 nomatch\nadd nets6 8000::/1\n"
        + "create ports4 hash:net,port family inet\nadd ports4 0.0.0.0/1,tcp:80\nadd ports4 128.0.0.0/1,udp:53\nadd ports4 128.0.0.0/1,icmp:8/0\n"
        + "create ports6 hash:net,port family inet6\nadd ports6 ::/1,tcp:80\nadd ports6 8000::/1,udp:53\nadd ports6 ::/1,icmpv6:128/0\n"
        + "create pairs4 hash:ip,port,net family inet\nadd pairs4 192.0.2.1,tcp:80,128.0.0.0/1\n"
        + "create pairs6 hash:ip,port,net family inet6\nadd pairs6 2001:db8::1,tcp:80,::/1\n"
        + "create ports bitmap:port range 0-65535\nadd ports 22\nadd ports 80\nadd ports 1024-1100\n";

    /// <summary>A match for rules of one family.</summary>
    internal static Gen<string> For(Family family)
    {
        string suffix = family == Family.IPv4 ? "4" : "6";
        Gen<string> direction = Gen.OneOf("src", "dst");
        Gen<string> set = Gen.OneOf(
            direction.Select(d => $"nets{suffix} {d}"),
            Gen.Select(direction, direction, (a, b) => $"ports{suffix} {a},{b}"),
            Gen.Select(direction, direction, direction, (a, b, c) => $"pairs{suffix} {a},{b},{c}"),
            direction.Select(d => $"ports {d}"),
            Gen.Const($"ports{suffix} dst"));
        return Gen.Select(TextGen.Not, set, (not, s) => $"-m set {not}--match-set {s}");
    }

    /// <summary>The sets, where the rules name one.</summary>
    public static string For(string rules) => rules.Contains("--match-set", StringComparison.Ordinal) ? Text : "";
}
