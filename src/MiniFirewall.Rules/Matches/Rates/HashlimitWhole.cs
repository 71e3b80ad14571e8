using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>What the options of -m hashlimit mean together (libxt_hashlimit.c, hashlimit_mt_check; xt_hashlimit.c).</summary>
internal static class HashlimitWhole
{
    /// <summary>The match as the kernel is given it; null where it would not take it (reported).</summary>
    internal static object? Complete(object state, Word place, ReadContext context)
    {
        var match = (HashlimitMatch)state;
        uint expire = match.Expire > 0 ? match.Expire : DefaultExpire(match);
        (ulong burst, string problem) = match.CountsBytes ? ByteBurst(match) : PacketBurst(match);
        if (match is { Measures: true, CountsBytes: false } && match.Period < match.UnitSeconds)
        {
            context.Diagnostics.Report(ErrorCodes.BadNumber, place, "so many packets are too many to be measured", "up to 1000000 a second");
            return null;
        }

        if (problem.Length > 0)
        {
            context.Diagnostics.Report(ErrorCodes.BadNumber, place, problem, "write another --hashlimit-burst",
                match.CountsBytes ? Convention.Usage($"burst cannot be smaller than {ByteRate.BytesOf(match.Period)}b") : null);
            return null;
        }

        return match with
        {
            Burst = burst,
            Expire = expire,
            TableMost = Math.Min(match.TableMost, HashlimitGrammar.MostTableSize),
            Interval = !match.Measures ? 0 : match.Interval > 0 ? match.Interval : (uint)match.UnitSeconds,
            Period = match is { Measures: true, CountsBytes: false } ? match.Period / match.UnitSeconds : match.Period,
            UnitSeconds = 0,
        };
    }

    private static uint DefaultExpire(HashlimitMatch match) => !match.CountsBytes ? (uint)match.UnitSeconds * 1000
        : match.Burst > 0 ? HashlimitText.ByteBurstExpire : HashlimitText.ByteExpire;

    /// <summary>A multiple of a second's bytes, rounded up.</summary>
    private static (ulong Burst, string Problem) ByteBurst(HashlimitMatch match)
    {
        ulong second = ByteRate.BytesOf(match.Period);
        return match.Burst > 0 && match.Burst < second
            ? (0, $"a burst of {match.Burst} bytes is less than a second's, which are {second}")
            : (ByteRate.BurstOf(match.Period, match.Burst), "");
    }

    private static (ulong Burst, string Problem) PacketBurst(HashlimitMatch match)
    {
        ulong burst = match.Burst == 0 ? HashlimitMatch.DefaultBurst : match.Burst;
        string problem = burst > HashlimitReaders.MostBurst
            ? $"a burst of {burst} packets is more than {HashlimitReaders.MostBurst}"
            : !match.Measures && !RateCredits.Fit(match.Period, burst) ? $"a burst of {burst} packets lasts longer than the kernel can count" : "";
        return (burst, problem);
    }
}
