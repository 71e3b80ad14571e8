namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>
/// The credits in which the kernel counts rates (xt_limit.c and xt_hashlimit.c, user2credits). It refuses a burst whose credits
/// come out fewer than one packet's, which is how it notices, most times, that they do not fit its numbers.
/// </summary>
internal static class RateCredits
{
    /// <summary>Credits a second, for clocks of 250 and 1000 Hz.</summary>
    private const uint SmallSecond = 32000;
    private const ulong Second = 1000UL << 37;

    private const uint SmallScale = 10000;
    private const ulong Scale = 1000000;

    /// <summary>For -m hashlimit: <paramref name="period"/> in microseconds, 64 bits.</summary>
    internal static bool Fit(ulong period, ulong burst) => unchecked(Of(period * burst) >= Of(period));

    /// <summary>For -m limit: <paramref name="period"/> in tenths of a millisecond, 32 bits.</summary>
    internal static bool FitSmall(uint period, uint burst) => unchecked(OfSmall(period * burst) >= OfSmall(period));

    private static ulong Of(ulong time) => unchecked(time * (Second / Scale));

    private static uint OfSmall(uint time) => unchecked(time > uint.MaxValue / SmallSecond ? time / SmallScale * SmallSecond : time * SmallSecond / SmallScale);
}
