using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>
/// The compiled program tracks connections as the reference does, which is compared with the kernel beside it (<see cref="ConnectionStateTests"/>): so many more
/// random ones can be tried than two kernels have time for.
/// </summary>
public sealed class ReferenceTrackingTests
{
    /// <summary>How many random connections of each kind are compared.</summary>
    private static readonly int Connections = Budget.Read("MINIFW_REFERENCE_CONNECTIONS", 2000);

    /// <summary>Of so many counters are read once.</summary>
    private const int Few = 50;

    /// <summary>Lives that differ are of different rules, whatever second it is.</summary>
    private static readonly string[] s_rules =
    [
        .. new[] { "INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED" }.Select(state => $"-m conntrack --ctstate {state}"),
        "-m conntrack --ctdir ORIGINAL",
        "-m conntrack --ctdir REPLY",
        .. new[] { "SEEN_REPLY", "ASSURED", "CONFIRMED" }.Select(status => $"-m conntrack --ctstatus {status}"),
        .. new[] { "0", "1:15", "16:40", "41:70", "71:150", "151:400", "401:1000", "1001:4294967295" }.Select(seconds => $"-m conntrack --ctexpire {seconds}"),
        "-m conntrack --ctorigsrc CLIENT",
        "-m conntrack --ctreplsrc CLIENT",
    ];

    [Theory]
    [InlineData(Family.IPv4, 1)]
    [InlineData(Family.IPv6, 2)]
    public void Random_tcp(Family family, int seed) => Compare(family, seed, (random, _) => RandomTcp.Lines(random));

    [Theory]
    [InlineData(Family.IPv4, 3)]
    [InlineData(Family.IPv6, 4)]
    public void Open_tcp(Family family, int seed) => Compare(family, seed, (random, _) => RandomTcp.OpenLines(random));

    [Theory]
    [InlineData(Family.IPv4, 5)]
    [InlineData(Family.IPv6, 6)]
    public void Other_protocols_and_errors(Family family, int seed) => Compare(family, seed, RandomMix.Lines);

    [Theory]
    [InlineData(Family.IPv4, 7)]
    [InlineData(Family.IPv6, 8)]
    public void Random_sctp(Family family, int seed) => Compare(family, seed, (random, _) => RandomSctp.Lines(random));

    /// <summary>After two seconds answered datagrams are a stream, and what nobody has answered for as long as it may live is no connection any more.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Time_goes_by(Family family)
    {
        using var both = new ProgramAndReference(family, [.. s_rules]);
        both.Set("udp_timeout", 2);
        Packet[] answered = [.. both.PacketsOf(["> udp", "< udp", "> udp", "< udp"])], alone = [.. both.PacketsOf(["> udp", "> udp", "< udp"])];
        Assert.True(both.Agree(answered[0], answered[1], alone[0]));
        Thread.Sleep(TimeSpan.FromSeconds(1.3));
        Assert.True(both.Agree(answered[2]));
        Thread.Sleep(TimeSpan.FromSeconds(1.3));
        Assert.True(both.Agree(answered[3]));
        Assert.True(both.Agree(answered[2], alone[1], alone[2]));

        // New are the first of each, the one that comes too late, and the one that told the way.
        Assert.Equal((4, 0, 2), (both.CountOf(2), both.CountOf(1), both.CountOf(9)));
    }

    /// <summary>Where they disagree about what a few connections have counted, packet by packet again, between other hosts.</summary>
    private static void Compare(Family family, int seed, Func<Random, Family, IEnumerable<string>> lines)
    {
        using var both = new ProgramAndReference(family, [.. s_rules]);

        // Three seconds, which some of these are, are soon over.
        foreach (ConnectionSetting setting in ConnectionSetting.All.Where(setting => setting.Name.StartsWith("sctp_timeout", StringComparison.Ordinal)))
        {
            both.Set(setting.Name, setting.Default + 20);
        }

        for (int first = 0; first < Connections; first += Few)
        {
            int[] few = [.. Enumerable.Range((seed * 1_000_000) + first, Math.Min(Few, Connections - first))];
            if (!both.Agree([.. few.SelectMany(number => both.PacketsOf(LinesOf(number)))]))
            {
                Assert.Fail(few.Select(number => both.Compare($"connection {number}", [.. LinesOf(number)])).FirstOrDefault(difference => difference is not null) ?? "they agree when asked again");
            }
        }

        IEnumerable<string> LinesOf(int number) => lines(new Random(number), family);
    }
}
