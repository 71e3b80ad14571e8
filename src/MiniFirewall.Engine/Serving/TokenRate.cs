using MiniFirewall.Engine.Serving;
using System.Diagnostics;

namespace MiniFirewall.Engine.Serving;

/// <summary>A token bucket: so many answers, or events, a second, and so many at once after a pause. Not thread-safe.</summary>
public sealed class TokenRate
{
    /// <summary>Answers a second where nothing else is said: the kernel's own icmp_msgs_per_sec.</summary>
    public const int UsualRate = 1000;

    /// <summary>Answers at once where nothing else is said.</summary>
    public const int UsualBurst = 1000;

    private readonly double _perTick;
    private readonly int _burst;
    private readonly Func<long> _clock;
    private double _tokens;
    private long _last;

    /// <param name="perSecond">At least 1.</param>
    /// <param name="burst">At least 1.</param>
    public TokenRate(int perSecond = UsualRate, int burst = UsualBurst)
        : this(perSecond, burst, Stopwatch.GetTimestamp)
    {
    }

    /// <param name="clock">In ticks of <see cref="Stopwatch.Frequency"/>.</param>
    internal TokenRate(int perSecond, int burst, Func<long> clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perSecond, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        _perTick = (double)perSecond / Stopwatch.Frequency;
        _burst = burst;
        _tokens = burst;
        _clock = clock;
        _last = clock();
    }

    /// <summary>Takes one; false where there is none.</summary>
    public bool TryTake()
    {
        long now = _clock();
        _tokens = Math.Min(_burst, _tokens + ((now - _last) * _perTick));
        _last = now;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}
