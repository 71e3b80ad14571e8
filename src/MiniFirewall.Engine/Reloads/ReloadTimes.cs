using System.Collections.Immutable;
using System.Globalization;

namespace MiniFirewall.Engine.Reloads;

/// <summary>How rules came into force.</summary>
public enum ReloadKind
{
    /// <summary>A new generation: compiled, loaded, switched to.</summary>
    Whole,

    /// <summary>A few rules beside the others, without a program loaded.</summary>
    Beside,
}

/// <summary>
/// How long changes of a namespace's rules took, whoever made them, since its firewall was off last: from the namespace's lock on to
/// the switch. Waiting for other writers is not in it.
/// </summary>
/// <param name="Count">How many there were.</param>
/// <param name="Buckets">How many took no longer than each of <see cref="Bounds"/>, each without those of the bounds before; the last is for longer ones.</param>
public sealed record ReloadTimes(ReloadKind Kind, long Count, TimeSpan Sum, TimeSpan Last, ImmutableArray<long> Buckets)
{
    /// <summary>Seconds.</summary>
    public static ImmutableArray<double> Bounds { get; } = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    internal static ReloadTimes None(ReloadKind kind) => new(kind, 0, TimeSpan.Zero, TimeSpan.Zero, [.. new long[Bounds.Length + 1]]);

    internal ReloadTimes With(TimeSpan time)
    {
        int bucket = Bounds.Count(bound => bound < time.TotalSeconds);
        return this with { Count = Count + 1, Sum = Sum + time, Last = time, Buckets = Buckets.SetItem(bucket, Buckets[bucket] + 1) };
    }

    /// <summary>One line: kind, count, ticks of 100 ns in all and of the last, and the buckets.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} {Count} {Sum.Ticks} {Last.Ticks} {string.Join(' ', Buckets)}");

    /// <summary>Null where the line is none of <see cref="ToString"/>.</summary>
    internal static ReloadTimes? TryParse(string line)
    {
        string[] words = line.Split(' ');
        long[] numbers = [.. words.Skip(1).Select(word => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1)];
        return Enum.TryParse(words[0], out ReloadKind kind) && numbers.Length == Bounds.Length + 4 && numbers.All(number => number >= 0)
            ? new(kind, numbers[0], new TimeSpan(numbers[1]), new TimeSpan(numbers[2]), [.. numbers[3..]])
            : null;
    }
}
