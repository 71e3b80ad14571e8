using System.Diagnostics;
using System.Globalization;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Rejecting;

/// <summary>
/// How many ICMP errors each peer gets: as the kernel's own, one in each interval that the namespace's icmp_ratelimit says, and six at
/// once after a pause (net/ipv4/inetpeer.c, inet_peer_xrlim_allow; RFC 1122 3.2.2, RFC 4443 2.4 f). Not thread-safe.
/// </summary>
internal sealed class PeerRate
{
    /// <summary>Errors at once (XRLIM_BURST_FACTOR).</summary>
    internal const int Burst = 6;

    /// <summary>Peers that are remembered; when there are more, all are forgotten: what a flood of made-up addresses gets in all has a limit of its own.</summary>
    private const int MostPeers = 16_384;

    /// <summary>What a peer that is not known has saved up, if that is not more than a burst.</summary>
    private const int FirstSeconds = 60;

    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long what was read of a setting is believed.</summary>
    private static readonly TimeSpan Belief = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(Family, UInt128), Credit> _peers = [];
    private readonly Func<Family, TimeSpan> _intervalOf;
    private readonly Func<long> _clock;

    internal PeerRate()
        : this(new NamespaceSettings().IntervalOf, Stopwatch.GetTimestamp)
    {
    }

    /// <param name="intervalOf">Zero for no limit.</param>
    /// <param name="clock">In ticks of <see cref="Stopwatch.Frequency"/>.</param>
    internal PeerRate(Func<Family, TimeSpan> intervalOf, Func<long> clock)
    {
        _intervalOf = intervalOf;
        _clock = clock;
    }

    /// <summary>Takes one; false where the peer has had its share.</summary>
    internal bool TryTake(Family family, UInt128 peer)
    {
        long interval = (long)(_intervalOf(family).TotalSeconds * Stopwatch.Frequency), now = _clock();
        if (interval == 0)
        {
            return true;
        }

        Credit credit = _peers.TryGetValue((family, peer), out Credit known)
            ? new(Math.Min(known.Ticks + (now - known.At), Burst * interval), now)
            : new(Math.Min(FirstSeconds * Stopwatch.Frequency, Burst * interval), now);
        bool isThere = credit.Ticks >= interval;
        if (_peers.Count >= MostPeers)
        {
            _peers.Clear();
        }

        _peers[(family, peer)] = credit with { Ticks = isThere ? credit.Ticks - interval : credit.Ticks };
        return isThere;
    }

    private readonly record struct Credit(long Ticks, long At);

    /// <summary>The settings of the calling thread's namespace, milliseconds (ip-sysctl.rst).</summary>
    private sealed class NamespaceSettings
    {
        private readonly TimeSpan[] _intervals = [UsualInterval, UsualInterval];
        private long? _readAt;

        internal TimeSpan IntervalOf(Family family)
        {
            if (_readAt is not { } before || Stopwatch.GetElapsedTime(before) > Belief)
            {
                _intervals[0] = Read("/proc/sys/net/ipv4/icmp_ratelimit");
                _intervals[1] = Read("/proc/sys/net/ipv6/icmp/ratelimit");
                _readAt = Stopwatch.GetTimestamp();
            }

            return _intervals[family == Family.IPv4 ? 0 : 1];
        }

        private static TimeSpan Read(string path) =>
            File.Exists(path) && int.TryParse(File.ReadAllText(path), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int milliseconds)
                ? TimeSpan.FromMilliseconds(milliseconds)
                : UsualInterval;
    }
}
