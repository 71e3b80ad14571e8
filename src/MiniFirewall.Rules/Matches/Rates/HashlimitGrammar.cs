using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>The options of -m hashlimit (libxt_hashlimit.c).</summary>
internal static class HashlimitGrammar
{
    internal const ulong Scale = 1000000;
    private const int LongestName = 254;
    internal const uint MostTableSize = 1048576;

    /// <summary>In the order in which they are printed.</summary>
    internal static readonly (string Name, uint Value)[] Modes = [("srcip", 1), ("srcport", 2), ("dstip", 4), ("dstport", 8)];

    private const string RateGroup = "rate";
    private static readonly ValueReader<uint> Milliseconds = NumberReaders.Number("number of milliseconds", 1, uint.MaxValue, Convention.InvalidArgument);

    internal static MatchGrammar Grammar { get; } = new("hashlimit", new HashlimitMatch())
    {
        OneOf = ["hashlimit-upto", "hashlimit-above"],
        Mandatory = ["hashlimit-name"],
        Options =
        [
            LimitTo(["hashlimit-upto", "hashlimit"], isAbove: false),
            LimitTo(["hashlimit-above"], isAbove: true),
            Option<HashlimitMatch>.Value<int>(["hashlimit-srcmask"], PrefixLengths.Read, (m, prefix, _) => m with { SourcePrefix = prefix }),
            Option<HashlimitMatch>.Value<int>(["hashlimit-dstmask"], PrefixLengths.Read, (m, prefix, _) => m with { DestinationPrefix = prefix }),
            Option<HashlimitMatch>.Value<ulong>(["hashlimit-burst"], HashlimitReaders.Burst, (m, burst, _) => m with { Burst = burst }),
            Option<HashlimitMatch>.Value(["hashlimit-htable-size"], NumberReaders.Number("number of buckets", 0, uint.MaxValue), (m, size, _) => m with { TableSize = Math.Min(size, MostTableSize) }),
            Option<HashlimitMatch>.Value(["hashlimit-htable-max"], NumberReaders.Number("number of entries", 0, uint.MaxValue), (m, most, _) => m with { TableMost = most }),
            Option<HashlimitMatch>.Value(["hashlimit-htable-gcinterval"], Milliseconds, (m, time, _) => m with { Collection = time }),
            Option<HashlimitMatch>.Value(["hashlimit-htable-expire"], Milliseconds, (m, time, _) => m with { Expire = time }),
            Option<HashlimitMatch>.Value<uint>(["hashlimit-mode"], HashlimitReaders.Mode, (m, mode, _) => m with { Mode = mode }),
            Option<HashlimitMatch>.Value(["hashlimit-name"], TextReaders.FileName("table", LongestName), (m, name, _) => m with { TableName = name }, takesText: true),
            Option<HashlimitMatch>.Flag(["hashlimit-rate-match"], (m, _) => m with { Measures = true }),
            Option<HashlimitMatch>.Value(["hashlimit-rate-interval"], NumberReaders.Decimal("number of seconds", 1, int.MaxValue), (m, seconds, _) => m with { Interval = seconds }),
        ],
        Complete = HashlimitWhole.Complete,
    };

    private static OptionSpec LimitTo(string[] names, bool isAbove) => Option<HashlimitMatch>.Value<WrittenRate>(
        names, HashlimitReaders.Rate, (m, rate, not) => m with { IsAbove = isAbove != not, CountsBytes = rate.IsOfBytes, Period = rate.Period, UnitSeconds = rate.Seconds },
        negatable: true, group: RateGroup);
}
