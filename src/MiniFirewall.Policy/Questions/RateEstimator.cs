using MiniFirewall.Packets;

namespace MiniFirewall.Policy.Questions;

/// <summary>
/// A rate estimator: what questions about it mean (net/core/gen_estimator.c, est_timer and gen_estimator_read). The kernel's timer
/// runs from the moment the estimator is made, this one from the first packet: before it all rates are 0. 64-bit arithmetic that wraps.
/// </summary>
public sealed class RateEstimator(EstimatorSettings settings)
{
    private ulong? _next;
    private ulong _bytes, _packets, _byteRate, _packetRate;

    /// <summary>Adds a packet to what the next sample takes.</summary>
    public void Count(Packet packet)
    {
        Sample(packet.Clock);
        _next ??= packet.Clock.Jiffies + settings.PeriodTicks(packet.Clock.Hertz);
        _bytes += (ulong)packet.Bytes.Length;
        _packets++;
    }

    /// <summary>Bytes and packets a second, as the last sample left them.</summary>
    public (ulong Bytes, ulong Packets) Read(KernelClock clock)
    {
        Sample(clock);
        return (_byteRate >> EstimatorSettings.Fraction, _packetRate >> EstimatorSettings.Fraction);
    }

    private bool IsAtRest => _bytes == 0 && _packets == 0 && (_byteRate | _packetRate) >> settings.AverageLog == 0;

    /// <summary>Takes the samples that are due; those that change nothing are passed over.</summary>
    private void Sample(KernelClock clock)
    {
        uint period = settings.PeriodTicks(clock.Hertz);
        while (_next is { } next && unchecked((long)(clock.Jiffies - next)) >= 0)
        {
            if (IsAtRest)
            {
                _next = next + (((clock.Jiffies - next) / period) + 1) * period;
                return;
            }

            _byteRate = Moved(_byteRate, _bytes);
            _packetRate = Moved(_packetRate, _packets);
            _bytes = _packets = 0;
            _next = next + period;
        }
    }

    private ulong Moved(ulong rate, ulong came) => unchecked(rate + (came << settings.Shift >> settings.AverageLog) - (rate >> settings.AverageLog));
}
