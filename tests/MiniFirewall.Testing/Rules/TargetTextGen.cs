using CsCheck;

namespace MiniFirewall.Testing.Rules;

/// <summary>Text of targets that change packets or connections, answer, log or hand over.</summary>
public static class TargetTextGen
{
    private static readonly Gen<string> MarkChange = Gen.Frequency(
        (2, Gen.Select(Gen.OneOf("set-mark", "set-xmark"), ConnectionGen.Mark, (option, mark) => $" --{option} {mark}")),
        (1, Gen.Select(Gen.OneOf("and-mark", "or-mark", "xor-mark"), Gen.OneOf("0", "5", "0xffffffff"), (option, bits) => $" --{option} {bits}")));

    private static readonly Gen<string> Copy = Gen.Select(
        Gen.OneOf(" --save-mark", " --restore-mark"), Gen.OneOf("", " --mask 0xf", " --ctmask 0xf", " --nfmask 3 --ctmask 5", " --mask 0xffffffff"),
        (action, masks) => action + masks);

    public static Gen<string> Mark { get; } = MarkChange.Select(change => "-j MARK" + change);

    public static Gen<string> Connmark { get; } = Gen.Select(
        Gen.Frequency((1, MarkChange), (1, Copy)), Gen.OneOf("", "", " --left-shift-mark 3", " --right-shift-mark 31", " --left-shift-mark 0"),
        (change, shift) => "-j CONNMARK" + change + shift);

    public static Gen<string> Hmark { get; } = Gen.Select(
        TextGen.Some(1, "src", "dst", "sport", "dport", "proto", "ct").Select(words => string.Join(',', words)), Gen.Int[1, 99], Gen.UInt,
        RateGen.Option("--hmark-offset", Gen.Int[0, 999].Select(n => $"{n}")),
        (parts, modulus, seed, offset) => $"-j HMARK --hmark-tuple {parts} --hmark-mod {modulus} --hmark-rnd {seed}{offset}");

    public static Gen<string> Nfqueue { get; } = Gen.Select(
        Gen.OneOf("", " --queue-num 0", " --queue-num 65535", " --queue-balance 0:3", " --queue-balance 5:", " --queue-balance :7"),
        Gen.OneOf("", " --queue-bypass"), (queues, bypass) => "-j NFQUEUE" + queues + bypass);

    public static Gen<string> Nflog { get; } = Gen.Select(
        RateGen.Option("--nflog-group", Gen.Int[0, 70000].Select(n => $"{n}")), RateGen.Option("--nflog-prefix", Gen.OneOf("plain", "\"two words: \"", "\"it's\"")),
        RateGen.Option("--nflog-size", Gen.Int[0, 2000].Select(n => $"{n}")), RateGen.Option("--nflog-threshold", Gen.Int[0, 99].Select(n => $"{n}")),
        (group, prefix, size, threshold) => "-j NFLOG" + threshold + size + group + prefix);

    public static Gen<string> Log { get; } = Gen.Select(
        RateGen.Option("--log-prefix", Gen.OneOf("plain", "\"two words: \"", "\"it's \\\"so\\\"\"")),
        RateGen.Option("--log-level", Gen.OneOf("0", "7", "alert", "error", "warning", "debug", "panic")),
        TextGen.Some(0, " --log-uid", " --log-tcp-sequence", " --log-tcp-options", " --log-ip-options", " --log-macdecode").Select(string.Concat),
        (prefix, level, details) => "-j LOG" + details + level + prefix);

    public static Gen<string> Rateest { get; } = Gen.Select(
        Gen.Int[1, 1000000], Gen.OneOf("250ms", "0.5s", "1s", "2s", "3.3s", "8s", "100ms", "9s"), Gen.OneOf("0.5s", "1s", "100s", "60s", "4000ms", "2s", "1000s"),
        (name, interval, average) => $"-j RATEEST --rateest-name est{name} --rateest-interval {interval} --rateest-ewmalog {average}");

    public static Gen<string> Audit { get; } = Gen.OneOf("accept", "drop", "reject", "DROP", "other").Select(type => $"-j AUDIT --type {type}");

    public static Gen<string> Classify { get; } = Gen.Select(
        Gen.OneOf("0", "1", "a", "ffff", "0x10"), Gen.OneOf("0", "1", "a", "ffff", "0x10"), (major, minor) => $"-j CLASSIFY --set-class {major}:{minor}");

    public static Gen<string> Tee { get; } = Gen.Select(
        Gen.Frequency((6, Gen.OneOf("192.0.2.1", "2001:db8::1")), (1, Gen.OneOf("0.0.0.0", "::", "192.0.2.0/24"))),
        RateGen.Option("--oif", Gen.OneOf("eth0", "a.5")), (gateway, name) => $"-j TEE --gateway {gateway}{name}");

    /// <summary>Timers of one label are one in the kernel, of all namespaces, and of one kind.</summary>
    public static Gen<string> Idletimer { get; } = Gen.Select(
        Gen.OneOf(0, 1, 60, 2147482, 2147483), TextGen.UniqueNumber, Gen.OneOf("plain", "alarm"),
        (seconds, label, kind) => $"-j IDLETIMER --timeout {seconds} --label {kind}{label}{(kind == "alarm" ? " --alarm" : "")}");

    public static Gen<string> Synproxy { get; } = Gen.Select(
        Gen.OneOf("-p tcp ", "-p tcp ", "", "! -p tcp "), TextGen.Some(0, " --sack-perm", " --timestamp", " --wscale 7", " --mss 1460", " --ecn", " --wscale 255", " --mss 0"),
        (protocol, options) => $"{protocol}-j SYNPROXY{string.Concat(options)}");

    public static Gen<string> Reject { get; } = Gen.Select(
        Gen.OneOf("", "-p tcp ", "! -p tcp ", "-p udp "),
        Gen.OneOf(
            "", "port-unreach", "icmp-port-unreachable", "icmp-net-unreachable", "host-unreach", "proto-unreach", "net-prohib", "icmp-host-prohibited", "admin-prohib", "icmp-admin",
            "tcp-reset", "tcp", "no-route", "icmp6-adm-prohibited", "addr-unreach", "icmp6-port-unreachable", "policy-fail", "reject-route", "ICMP6-NO-ROUTE", "icmp"),
        (protocol, answer) => $"{protocol}-j REJECT{(answer.Length > 0 ? " --reject-with " + answer : "")}");
}
