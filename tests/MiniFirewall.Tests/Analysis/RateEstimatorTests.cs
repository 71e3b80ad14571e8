using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;
using Xunit;

namespace MiniFirewall.Tests.Analysis;

/// <summary>The reference meaning of rate estimators, by numbers worked out by hand from the kernel's formulas.</summary>
public sealed class RateEstimatorTests
{
    private const int Hertz = 1000, Start = 5000;

    /// <summary>100 packets of 100 bytes in a quarter of a second are 400 packets a second, of which a sample counts for the half, and so on.</summary>
    [Theory]
    [InlineData(249, 0, 0)]
    [InlineData(250, 20_000, 200)]
    [InlineData(499, 20_000, 200)]
    [InlineData(500, 10_000, 100)]
    [InlineData(750, 5_000, 50)]
    [InlineData(2500, 39, 0)]
    [InlineData(1_000_000, 0, 0)]
    public void A_burst_rises_at_its_sample_and_halves_at_each_other(int later, int bytes, int packets)
    {
        var estimator = new RateEstimator(new EstimatorSettings(0, 1));
        Count(estimator, 100);
        Assert.Equal(((ulong)bytes, (ulong)packets), estimator.Read(At(later)));
    }

    /// <summary>What comes before a sample counts at it, what comes after at the next, of whichever length the interval is.</summary>
    [Theory]
    [InlineData(0, 250)]
    [InlineData(2, 1000)]
    [InlineData(5, 8000)]
    public void Intervals_have_their_length(int interval, int ticks)
    {
        var estimator = new RateEstimator(new EstimatorSettings(interval, 1));
        Count(estimator, 800);
        Assert.Equal(0UL, estimator.Read(At(ticks - 1)).Packets);
        Assert.Equal((ulong)(800 * Hertz / ticks / 2), estimator.Read(At(ticks)).Packets);
    }

    /// <summary>A sample that counts for a thousandth cannot move what is below a thousandth part of its unit.</summary>
    [Fact]
    public void A_long_average_stops_above_nothing()
    {
        var estimator = new RateEstimator(new EstimatorSettings(0, 10));
        Count(estimator, 1000);
        Assert.Equal((390UL, 3UL), estimator.Read(At(250)));
        Assert.Equal((3UL, 3UL), estimator.Read(At(100_000_000)));
    }

    [Fact]
    public void Nothing_is_measured_before_the_first_packet() =>
        Assert.Equal((0UL, 0UL), new RateEstimator(new EstimatorSettings(0, 1)).Read(At(100_000)));

    [Theory]
    [InlineData(RateOrder.Less, 5, 10, true)]
    [InlineData(RateOrder.Less, 10, 10, false)]
    [InlineData(RateOrder.Greater, 11, 10, true)]
    [InlineData(RateOrder.Greater, 10, 10, false)]
    [InlineData(RateOrder.Equal, 10, 10, true)]
    [InlineData(RateOrder.Equal, 9, 10, false)]
    public void Compares(RateOrder order, int rate, int number, bool holds) =>
        Assert.Equal(holds, new RateCompared("a", "", order, false, false) { SecondNumber = (uint)number }.Holds((ulong)rate, 0));

    /// <summary>By how much a rate is below its number is none where it is above.</summary>
    [Theory]
    [InlineData(100, 100, 30, 80, true)]
    [InlineData(100, 50, 90, 10, false)]
    [InlineData(100, 100, 200, 90, false)]
    [InlineData(100, 100, 90, 200, true)]
    public void Compares_what_is_left(int firstNumber, int secondNumber, int first, int second, bool isGreater) => Assert.Equal(
        isGreater,
        new RateCompared("a", "b", RateOrder.Greater, true, true) { FirstNumber = (uint)firstNumber, SecondNumber = (uint)secondNumber }.Holds((ulong)first, (ulong)second));

    /// <summary>A number that a rate is compared with is compared as it is, also where the rate is taken from another.</summary>
    [Fact]
    public void A_number_is_not_taken_from_anything() =>
        Assert.True(new RateCompared("a", "", RateOrder.Equal, true, true) { FirstNumber = 100, SecondNumber = 60 }.Holds(40, 0));

    private static void Count(RateEstimator estimator, int packets)
    {
        for (int i = 0; i < packets; i++)
        {
            estimator.Count(new Packet(Family.IPv4, Hook.LocalIn, new byte[100]) { Clock = At(0) });
        }
    }

    private static KernelClock At(int later) => new((ulong)(Start + later), Hertz);
}
