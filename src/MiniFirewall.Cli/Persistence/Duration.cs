using System.Globalization;

namespace MiniFirewall.Cli.Persistence;

/// <summary>How long, as people write it: 90, 90s, 5m, 8h, 2d.</summary>
internal static class Duration
{
    internal const string Help = "a whole number of seconds, or with s, m, h or d behind it, from 1 second to 365 days";

    private static readonly TimeSpan s_most = TimeSpan.FromDays(365);

    /// <summary>Null for any other text.</summary>
    internal static TimeSpan? TryParse(string text)
    {
        (string digits, long unit) = text switch
        {
            [.., 's'] => (text[..^1], 1),
            [.., 'm'] => (text[..^1], 60),
            [.., 'h'] => (text[..^1], 3600),
            [.., 'd'] => (text[..^1], 86400),
            _ => (text, 1L),
        };
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            && number <= s_most.TotalSeconds / unit ? TimeSpan.FromSeconds(number * unit) : null;
    }

    /// <summary>Such as "42 s", "5 min 3 s", "7 h 59 min".</summary>
    internal static string Print(TimeSpan time)
    {
        var left = TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds));
        return left switch
        {
            { TotalMinutes: < 2 } => $"{left.TotalSeconds:0} s",
            { TotalHours: < 1 } => $"{left.Minutes} min {left.Seconds} s",
            { TotalDays: < 1 } => $"{left.Hours} h {left.Minutes} min",
            _ => $"{left.Days} d {left.Hours} h",
        };
    }
}
