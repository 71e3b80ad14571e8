using CsCheck;

namespace MiniFirewall.Testing.Rules;

/// <summary>Text of matches that ask for what is known of the packet's connection.</summary>
public static class ConnectionGen
{
    private static readonly Gen<string> Ports = Gen.OneOf("22", "1:5", "5:", ":6", "1000:1000", "0");

    private static readonly Gen<string> State = TextGen.Some(1, "NEW", "est", "RELATED", "inv", "UNTRACKED").Select(words => string.Join(',', words));

    private static readonly Gen<string>[] Options =
    [
        Ask("ctstate", TextGen.Some(1, "NEW", "est", "RELATED", "inv", "UNTRACKED", "SNAT", "dnat").Select(words => string.Join(',', words))),
        Ask("ctproto", Gen.OneOf("tcp", "17", "icmp", "sctp", "255")),
        Ask("ctorigsrcport", Ports), Ask("ctorigdstport", Ports), Ask("ctreplsrcport", Ports), Ask("ctrepldstport", Ports),
        Ask("ctstatus", TextGen.Some(1, "NONE", "EXPECTED", "seen", "ASSURED", "conf").Select(words => string.Join(',', words))),
        Ask("ctexpire", Gen.OneOf("5", "5:9", ":9", "9:", "0x10:0x20", "7:7")),
        Gen.OneOf(" --ctdir ORIGINAL", " --ctdir reply"),
    ];

    internal static Gen<string> Mark { get; } = Gen.Select(
        Gen.OneOf(0u, 1u, 5u, 0xffu, uint.MaxValue), Gen.OneOf("", "", "/0", "/1", "/0xff", "/0xffffffff"), (value, mask) => $"0x{value:x}{mask}");

    public static Gen<string> Conntrack { get; } = Gen.Select(
        Gen.Shuffle(Enumerable.Range(0, Options.Length).ToArray(), 1, 5), Gen.Select(Options[0], Options[1], Options[2], Options[3], Options[4], (a, b, c, d, e) => new[] { a, b, c, d, e }),
        Gen.Select(Options[5], Options[6], Options[7], Options[8], (a, b, c, d) => new[] { a, b, c, d }),
        (chosen, first, second) => "-m conntrack" + string.Concat(chosen.Select(i => i < first.Length ? first[i] : second[i - first.Length])));

    public static Gen<string> StateMatch { get; } = Gen.Select(TextGen.Not, State, (not, states) => $"-m state {not}--state {states}");

    public static Gen<string> Connlimit { get; } = Gen.Select(
        TextGen.Not, Gen.OneOf("upto", "above"), Gen.Int[0, 99], RateGen.Option("--connlimit-mask", Gen.Int[0, 32].Select(n => $"{n}")),
        Gen.OneOf("", " --connlimit-daddr", " --connlimit-saddr"),
        (not, option, limit, mask, side) => $"-m connlimit {not}--connlimit-{option} {limit}{mask}{side}");

    public static Gen<string> Connbytes { get; } = Gen.Select(
        TextGen.Not, Gen.OneOf("10", "10:", ":20", "10:20", "0x10:0x20", "5:5", "0:18446744073709551615"), Gen.OneOf("original", "reply", "both"),
        Gen.OneOf("packets", "bytes", "avgpkt"),
        (not, range, direction, unit) => $"-m connbytes {not}--connbytes {range} --connbytes-dir {direction} --connbytes-mode {unit}");

    public static Gen<string> Connmark { get; } = Gen.Select(TextGen.Not, Mark, (not, mark) => $"-m connmark {not}--mark {mark}");

    public static Gen<string> Connlabel { get; } = Gen.Select(
        TextGen.Not, Gen.Int[0, 127], Gen.OneOf("", " --set"), (not, label, set) => $"-m connlabel {not}--label {label}{set}");

    public static Gen<string> Helper { get; } = Gen.Select(TextGen.Not, Gen.OneOf("ftp", "ftp-2121", "\"a b\"", "\"\""), (not, name) => $"-m helper {not}--helper {name}");

    private static Gen<string> Ask(string option, Gen<string> value) => Gen.Select(TextGen.Not, value, (not, text) => $" {not}--{option} {text}");
}
