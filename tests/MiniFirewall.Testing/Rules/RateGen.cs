using CsCheck;

namespace MiniFirewall.Testing.Rules;

/// <summary>Text of matches that keep rates and lists.</summary>
public static class RateGen
{
    private static readonly Gen<int> Count = Gen.Frequency((3, Gen.OneOf(1, 2, 3, 5, 7, 17, 60, 61, 100, 999, 1234)), (1, Gen.Int[1, 20000]));

    private static readonly Gen<string> Unit = Gen.OneOf("s", "sec", "second", "m", "min", "hour", "d", "DAY");

    private static readonly Gen<string> PacketRate = Gen.Select(Count, Unit, (count, unit) => $"{count}/{unit}");

    private static readonly Gen<string> ByteRate = Gen.Frequency(
        (1, Gen.Int[16, 100000000].Select(bytes => $"{bytes}b/s")),
        (1, Gen.Select(Gen.Int[1, 4000], Gen.OneOf("k", "m"), (count, unit) => $"{count}{unit}b/s")));

    public static Gen<string> Limit { get; } = Gen.Select(
        PacketRate, Option("--limit-burst", Gen.Frequency((1, Gen.Int[1, 30]), (1, Gen.Int[1, 10000])).Select(n => $"{n}")), (rate, burst) => $"-m limit --limit {rate}{burst}");

    private static readonly Gen<string> HashlimitBurst = Gen.Frequency(
        (1, Gen.Int[1, 50].Select(n => $"{n}")), (1, Gen.Int[1, 1000000].Select(n => $"{n}")),
        (1, Gen.Select(Gen.Int[1, 999], Gen.OneOf("k", "kb", "m", "mb", "b"), (n, unit) => $"{n}{unit}")));

    private static readonly Gen<string> Table = Gen.Select(
        Option("--hashlimit-htable-expire", Gen.OneOf(1, 1000, 15000, 60000, 3600000, 86400000).Select(n => $"{n}")),
        Option("--hashlimit-htable-max", Gen.Int[0, 1000000].Select(n => $"{n}")),
        Option("--hashlimit-htable-size", Gen.Int[0, 2000].Select(n => $"{n}")),
        Option("--hashlimit-htable-gcinterval", Gen.Int[1, 1000000].Select(n => $"{n}")),
        (expire, most, size, collection) => expire + most + size + collection);

    private static readonly Gen<string> Grouping = Gen.Select(
        Option("--hashlimit-mode", TextGen.Some(1, "srcip", "dstip", "srcport", "dstport").Select(words => string.Join(',', words))),
        Option("--hashlimit-srcmask", Gen.Int[0, 32].Select(n => $"{n}")),
        Option("--hashlimit-dstmask", Gen.Int[0, 32].Select(n => $"{n}")),
        Gen.OneOf("", "", "", " --hashlimit-rate-match", " --hashlimit-rate-match --hashlimit-rate-interval 10", " --hashlimit-rate-match --hashlimit-rate-interval 1"),
        (mode, source, destination, measure) => mode + source + destination + measure);

    /// <summary>Each rule has a table of its own, since rules that share one share its settings.</summary>
    public static Gen<string> Hashlimit { get; } = Gen.Select(
        Gen.OneOf("--hashlimit-upto", "--hashlimit-above", "! --hashlimit-upto", "--hashlimit"), Gen.Frequency((3, PacketRate), (2, ByteRate)),
        Option("--hashlimit-burst", HashlimitBurst), TextGen.UniqueNumber, Gen.Select(Grouping, Table, (grouping, table) => grouping + table),
        (option, rate, burst, name, rest) => $"-m hashlimit {option} {rate}{burst} --hashlimit-name table{name}{rest}");

    public static Gen<string> Recent { get; } = Gen.Select(
        TextGen.Not, Gen.OneOf("set", "rcheck", "update", "remove"),
        Gen.Select(
            Option("--seconds", Gen.Int[1, 100000].Select(n => $"{n}")), Option("--hitcount", Gen.Int[0, 20].Select(n => $"{n}")),
            Gen.OneOf("", "", " --reap"), Gen.OneOf("", "", " --rttl"), (seconds, hits, reap, ttl) => seconds + hits + reap + ttl),
        Option("--name", TextGen.UniqueNumber.Select(n => $"list{n}")), Gen.OneOf("", " --rdest", " --rsource", " --rsource --rdest"),
        (not, action, when, name, side) => $"-m recent {not}--{action}{when}{name}{side}");

    public static Gen<string> Quota { get; } = Gen.Select(TextGen.Not, Gen.ULong, (not, bytes) => $"-m quota {not}--quota {bytes}");

    internal static Gen<string> Option(string name, Gen<string> value) => Gen.Frequency((2, TextGen.Nothing), (1, value.Select(text => $" {name} {text}")));
}
