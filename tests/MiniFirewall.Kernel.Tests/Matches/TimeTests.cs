using System.Globalization;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>-m time (iptables-extensions(8); net/netfilter/xt_time.c), now: the kernel's tables cannot be told another time.</summary>
[Collection(MatchLab.Name)]
public sealed class TimeTests(MatchLab lab)
{
    /// <summary>Minutes that a test may take, or be off by.</summary>
    private const int Margin = 10;

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    [Fact]
    public void Dates()
    {
        Check("", Says.Match);
        Check($"--datestart {Date(-Margin)}", Says.Match);
        Check($"--datestart {Date(Margin)}", Says.Miss);
        Check($"--datestop {Date(-Margin)}", Says.Miss);
        Check($"--datestop {Date(Margin)}", Says.Match);
        Check($"--datestart {Date(-Margin)} --datestop {Date(Margin)}", Says.Match);
    }

    /// <summary>An interval that ends before it begins goes over midnight.</summary>
    [Fact]
    public void Times_of_day()
    {
        bool wraps = Now.AddMinutes(-Margin).Date != Now.AddMinutes(Margin).Date;
        Check($"--timestart {Daytime(-Margin)} --timestop {Daytime(Margin)}", Says.Match);
        Check($"--timestart {Daytime(Margin)} --timestop {Daytime(-Margin)}", Says.Miss);
        Check($"--timestart {Daytime(Margin)} --timestop {Daytime(2 * Margin)}", Says.Miss);
        if (!wraps)
        {
            Check($"--timestop {Daytime(Margin)}", Says.Match);
            Check($"--timestart {Daytime(Margin)}", Says.Miss);
        }
    }

    [Fact]
    public void Days()
    {
        string weekDay = Now.ToString("ddd", CultureInfo.InvariantCulture), monthDay = Now.Day.ToString(CultureInfo.InvariantCulture);
        Check($"--weekdays {weekDay}", Says.Match);
        Check($"! --weekdays {weekDay}", Says.Miss);
        Check($"--monthdays {monthDay}", Says.Match);
        Check($"! --monthdays {monthDay}", Says.Miss);
        Check($"--weekdays {weekDay} ! --monthdays {monthDay}", Says.Miss);
        Check($"--weekdays {weekDay} --monthdays {monthDay} --kerneltz", Says.Match);
    }

    /// <summary>Over midnight the time belongs to the day before, where that is asked for.</summary>
    [Fact]
    public void Nights()
    {
        string yesterday = Now.AddDays(-1).ToString("ddd", CultureInfo.InvariantCulture), today = Now.ToString("ddd", CultureInfo.InvariantCulture);
        string night = $"--timestart {Daytime(2 * Margin)} --timestop {Daytime(Margin)}";
        if (Now.AddMinutes(2 * Margin).Date == Now.Date)
        {
            Check($"{night} --weekdays {yesterday} --contiguous", Says.Match);
            Check($"{night} --weekdays {today} --contiguous", Says.Miss);
            Check($"{night} --weekdays {today}", Says.Match);
        }
    }

    private static string Date(int minutes) => Now.AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Daytime(int minutes) => Now.AddMinutes(minutes).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private void Check(string match, Says says) => lab.Check("-m time " + match, "udp SRC:1000 DST:22", says);
}
