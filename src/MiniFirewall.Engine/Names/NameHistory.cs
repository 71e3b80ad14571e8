using System.Collections.Immutable;
using MiniFirewall.Dns;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Names;

/// <summary>What an answer makes of what was known of a name. Times are seconds since 1970.</summary>
internal static class NameHistory
{
    /// <summary>The longest time between questions that nobody answers.</summary>
    private const int LongestPause = 300;

    /// <summary>Addresses that packets told are kept so long at least: a program may use an answer a while longer than it holds.</summary>
    private const int LeastLearntSeconds = 60;

    /// <summary>
    /// The name after an answer. Addresses that it does not have again end when their time is over; where nobody could answer, or there
    /// is no such name any more, what was known last stays.
    /// </summary>
    internal static KnownName After(KnownName before, NameAnswer answer, long now, NameSettings settings) => answer.Outcome == NameOutcome.Found
        ? Found(before, answer, now, settings)
        : Failed(before, answer.Error, now, settings);

    /// <summary>The name with addresses that an answer to somebody else had.</summary>
    internal static KnownName Learnt(KnownName before, IEnumerable<NameAddress> addresses, long now, NameSettings settings)
    {
        var fresh = addresses.Select(address => new KnownAddress(address.Family, address.Address, now + Math.Clamp((long)address.Seconds, LeastLearntSeconds, settings.MostSeconds)));
        return before with
        {
            Addresses = Merged(before.Addresses, fresh, before.IsPattern ? settings.MostLearnt : 2 * settings.MostAddresses),
            Answered = now,
            Origin = before.Origin.Length == 0 ? KnownName.FromPackets : before.Origin,
        };
    }

    /// <summary>The name without addresses whose time is over and that nobody uses.</summary>
    internal static KnownName Pruned(KnownName name, long now, Func<KnownAddress, bool> isInUse) => name.Addresses.Any(address => IsOver(address, now) && !isInUse(address))
        ? name with { Addresses = name.Addresses.RemoveAll(address => IsOver(address, now) && !isInUse(address)) }
        : name;

    internal static bool IsOver(KnownAddress address, long now) => address.Until <= now;

    private static KnownName Found(KnownName before, NameAnswer answer, long now, NameSettings settings)
    {
        long seconds = Math.Clamp((long)answer.Addresses.Min(address => address.Seconds), settings.LeastSeconds, settings.MostSeconds);
        long next = now + seconds;

        // An answer and the next question may cross: an address ends a little behind the time when it could have been said again.
        var fresh = answer.Addresses.Select(address => new KnownAddress(address.Family, address.Address, now + Math.Clamp((long)address.Seconds, seconds, settings.MostSeconds) + settings.LeastSeconds));
        IEnumerable<KnownAddress> old = before.Addresses.Select(address =>
            answer.IsFromFiles ? address with { Until = now }
            : answer.IsPartial && !answer.Addresses.Any(told => told.Family == address.Family) ? address with { Until = Math.Max(address.Until, next + settings.LeastSeconds) }
            : address);
        return before with
        {
            Addresses = Merged(old, fresh, 2 * settings.MostAddresses),
            Asked = now,
            Answered = now,
            Next = next,
            Failures = 0,
            Error = answer.Error,
            Origin = answer.IsFromFiles ? KnownName.FromFiles : KnownName.FromServers,
        };
    }

    private static KnownName Failed(KnownName before, string error, long now, NameSettings settings)
    {
        long pause = Math.Min((long)settings.LeastSeconds << Math.Min(before.Failures, 16), Math.Max(LongestPause, settings.LeastSeconds));
        long until = now + pause + settings.LeastSeconds;
        return before with
        {
            Addresses = [.. before.Addresses.Select(address => address with { Until = Math.Max(address.Until, until) })],
            Asked = now,
            Next = now + pause,
            Failures = before.Failures + 1,
            Error = error,
        };
    }

    /// <summary>Each address once, with its latest end; of too many those that end last.</summary>
    private static ImmutableArray<KnownAddress> Merged(IEnumerable<KnownAddress> old, IEnumerable<KnownAddress> fresh, int most)
    {
        KnownAddress[] all = [.. fresh.Concat(old).GroupBy(address => (address.Family, address.Address)).Select(same => same.MaxBy(address => address.Until))];
        return [.. Of(Family.IPv4), .. Of(Family.IPv6)];

        IEnumerable<KnownAddress> Of(Family family) => all.Where(address => address.Family == family)
            .OrderByDescending(address => address.Until).ThenBy(address => address.Address).Take(most).OrderBy(address => address.Address);
    }
}
