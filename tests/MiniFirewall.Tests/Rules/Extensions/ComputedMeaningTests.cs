using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>The reference meaning of matches that compute, where no kernel can be told the time or the tick.</summary>
public sealed class ComputedMeaningTests
{
    private static readonly byte[] Bytes = IPv4Header.Between("198.51.100.1", "203.0.113.9").Carry(new UdpDatagram(1000, 22));

    [Theory]
    [InlineData("--timestart 22:00 --timestop 02:00 --weekdays Fri", "2026-11-27T23:00:00", true)] // a Friday
    [InlineData("--timestart 22:00 --timestop 02:00 --weekdays Fri", "2026-11-28T01:00:00", false)]
    [InlineData("--timestart 22:00 --timestop 02:00 --weekdays Fri --contiguous", "2026-11-28T01:00:00", true)]
    [InlineData("--timestart 22:00 --timestop 02:00 --weekdays Fri --contiguous", "2026-11-27T01:00:00", false)]
    [InlineData("--timestart 22:00 --timestop 02:00 --weekdays Fri --contiguous", "2026-11-28T02:00:00", true)]
    [InlineData("--timestart 22:00 --timestop 02:00 --weekdays Fri --contiguous", "2026-11-28T02:00:01", false)]
    [InlineData("--timestart 22:00 --timestop 02:00", "2026-11-28T12:00:00", false)]
    [InlineData("--monthdays 29", "2028-02-29T00:00:00", true)]
    [InlineData("--monthdays 1", "2027-03-01T23:59:59", true)]
    [InlineData("--monthdays 31", "2026-12-31T23:59:59", true)]
    [InlineData("--datestart 2026-12-24T18:00 --datestop 2026-12-24T19:00", "2026-12-24T18:00:00", true)]
    [InlineData("--datestart 2026-12-24T18:00 --datestop 2026-12-24T19:00", "2026-12-24T19:00:00", true)]
    [InlineData("--datestart 2026-12-24T18:00 --datestop 2026-12-24T19:00", "2026-12-24T19:00:01", false)]
    [InlineData("--timestop 12:00", "2026-12-24T13:30:00", false)]
    [InlineData("--timestop 12:00 --kerneltz", "2026-12-24T13:30:00", true)]
    public void Times(string match, string now, bool matches)
    {
        long seconds = DateTimeOffset.Parse(now + "Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds();
        var packet = new Packet(Family.IPv4, Hook.LocalIn, Bytes) { Time = seconds, MinutesWest = 90 };
        Assert.Equal(matches, Evaluate("-m time " + match, packet));
    }

    [Theory]
    [InlineData("0.5", 0x3fffffffu, true)]
    [InlineData("0.5", 0x40000000u, false)]
    [InlineData("0.5", 0xbfffffffu, true)]
    [InlineData("1", 0xffffffffu, true)]
    [InlineData("0", 0u, false)]
    public void Chances(string probability, uint number, bool matches) => Assert.Equal(
        matches, Evaluate($"-m statistic --mode random --probability {probability}", new Packet(Family.IPv4, Hook.LocalIn, Bytes) { Chance = number }));

    [Fact]
    public void Every_third_packet_from_the_second_on()
    {
        var nth = new EveryNth(3, 1);
        ulong memory = nth.Start;
        Assert.Equal([false, true, false, false, true, false, false], Enumerable.Range(0, 7).Select(_ => nth.Ask(new Packet(Family.IPv4, Hook.LocalIn, Bytes), ref memory)));
    }

    /// <summary>3 a minute and a burst of 2 at 250 Hz: a packet costs 20 seconds, 5000 ticks of 128 each.</summary>
    [Fact]
    public void A_bucket_is_full_first_and_fills_with_the_ticks()
    {
        var bucket = new TokenBucket(60 * TokenBucket.Scale / 3, 2);
        ulong memory = bucket.Start;
        bool Ask(ulong jiffies) => bucket.Ask(new Packet(Family.IPv4, Hook.LocalIn, Bytes) { Clock = new KernelClock(jiffies, 250) }, ref memory);
        Assert.Equal(128u, TokenBucket.CreditsPerJiffy(250));
        Assert.Equal([true, true, false, false, true, false], [Ask(1000), Ask(1000), Ask(1000), Ask(5999), Ask(6000), Ask(6001)]);
        Assert.Equal([true, true, false], [Ask(1_000_000), Ask(1_000_000), Ask(1_000_001)]);
    }

    [Theory]
    [InlineData(100, 256u)]
    [InlineData(250, 128u)]
    [InlineData(300, 128u)]
    [InlineData(1000, 32u)]
    public void Ticks_are_worth_what_fits_a_day(int hertz, uint credits) => Assert.Equal(credits, TokenBucket.CreditsPerJiffy(hertz));

    private static bool Evaluate(string match, Packet packet) =>
        Extension.Good($"iptables -A INPUT {match}").Find("INPUT")!.Rules.Single().Matches[^1].Evaluate(packet) == MatchResult.Match;
}
