namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>
/// The credits in which the kernel counts rates (xt_limit.c and xt_hashlimit.c, user2credits). It refuses a burst whose credits
/// come out fewer than one packet's, which is how it notices, most times, that they do not fit its numbers.
/// </summary>
internal static class RateCredits
{
    private const ulong Second = 1000UL << 37;

    private const ulong Scale = 1000000;

    /// <summary>For -m hashlimit: <paramref name="period"/> in microseconds, 64 bits.</summary>
    internal static bool Fit(ulong period, ulong burst) => unchecked(Of(period * burst) >= Of(period));

    private static ulong Of(ulong time) => unchecked(time * (Second / Scale));
}
