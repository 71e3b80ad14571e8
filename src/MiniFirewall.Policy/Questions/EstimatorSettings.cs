namespace MiniFirewall.Policy.Questions;

/// <summary>How a rate estimator measures, in the numbers that the kernel is given (struct gnet_estimator).</summary>
/// <param name="IntervalLog">A sample is taken every quarter of a second, doubled so many times: 0 to 5.</param>
/// <param name="AverageLog">A sample counts for one part in two to this power: 1 to 30.</param>
public sealed record EstimatorSettings(int IntervalLog, int AverageLog)
{
    /// <summary>Rates are kept in parts of 256 a second; four of the shortest intervals are a second.</summary>
    private const int RateLog = 8, ShortestLog = 2;

    /// <summary>Those of an estimator that is compared, and that no rule feeds.</summary>
    public static EstimatorSettings Shortest { get; } = new(0, 1);

    /// <summary>Parts of the rate in one byte or packet a second, as a power of two.</summary>
    public const int Fraction = RateLog;

    /// <summary>By how many bits what came in an interval is shifted to be a rate.</summary>
    public int Shift => RateLog + ShortestLog - IntervalLog;

    /// <summary>Ticks from one sample to the next.</summary>
    public uint PeriodTicks(int hertz) => (uint)(hertz / 4) << IntervalLog;
}
