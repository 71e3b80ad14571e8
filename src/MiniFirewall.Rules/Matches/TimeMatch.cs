using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m time: the packet comes at a certain time (net/netfilter/xt_time.c); UTC, or the kernel's time zone.</summary>
public sealed record TimeMatch(TimeWindow Window) : Match
{
    private static readonly TimeWindow Always = new(
        0, TimeWindow.LastDate, 0, TimeWindow.LastSecond, TimeWindow.AllMonthDays, TimeWindow.AllWeekDays, IsLocal: false, IsContiguous: false);

    public static MatchGrammar Grammar { get; } = new("time", new TimeMatch(Always))
    {
        Check = IsWhole,
        Options =
        [
            Option<TimeMatch>.Value<uint>(["datestart"], TimeReaders.Date, (m, date, _) => new(m.Window with { DateStart = date })),
            Option<TimeMatch>.Value<uint>(["datestop"], TimeReaders.Date, (m, date, _) => new(m.Window with { DateStop = date })),
            Option<TimeMatch>.Value<uint>(["timestart"], TimeReaders.Daytime, (m, time, _) => new(m.Window with { DayStart = time })),
            Option<TimeMatch>.Value<uint>(["timestop"], TimeReaders.Daytime, (m, time, _) => new(m.Window with { DayStop = time })),
            Option<TimeMatch>.Value<uint>(["monthdays"], TimeReaders.MonthDays, (m, days, not) => new(m.Window with { MonthDays = not ? days ^ TimeWindow.AllMonthDays : days }), negatable: true),
            Option<TimeMatch>.Value<uint>(["weekdays"], TimeReaders.WeekDays, (m, days, not) => new(m.Window with { WeekDays = (byte)(not ? days ^ TimeWindow.AllWeekDays : days) }), negatable: true),
            Option<TimeMatch>.Flag(["utc"], (m, _) => new(m.Window with { IsLocal = false }), group: "zone"),
            Option<TimeMatch>.Flag(["kerneltz"], (m, _) => new(m.Window with { IsLocal = true }), group: "zone"),
            Option<TimeMatch>.Flag(["localtz"], (m, _) => new(m.Window with { IsLocal = true }), group: "zone"),
            Option<TimeMatch>.Flag(["contiguous"], (m, _) => new(m.Window with { IsContiguous = true })),
        ],
    };

    public override string Name => "time";

    private bool AsksDaytime => Window.DayStart != 0 || Window.DayStop != TimeWindow.LastSecond;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("time");
        if (AsksDaytime)
        {
            writer.Word("--timestart").Word(TimeText.Daytime(Window.DayStart)).Word("--timestop").Word(TimeText.Daytime(Window.DayStop));
        }

        if (Window.MonthDays != TimeWindow.AllMonthDays)
        {
            writer.Word("--monthdays").Word(TimeText.MonthDays(Window.MonthDays, ordinals: false));
        }

        if (Window.WeekDays != TimeWindow.AllWeekDays)
        {
            writer.Word("--weekdays").Word(TimeText.WeekDays(Window.WeekDays));
        }

        if (Window.DateStart != 0)
        {
            writer.Word("--datestart").Word(TimeText.Date(Window.DateStart, 'T'));
        }

        // Upstream 1.8.9 writes the last date of all where none was said.
        writer.Word("--datestop").Word(TimeText.Date(Window.DateStop, 'T'));
        PrintWhere(writer, Window.IsLocal, "--kerneltz");
        PrintWhere(writer, Window.IsContiguous, "--contiguous");
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("TIME");
        if (AsksDaytime)
        {
            writer.Word("from").Word(TimeText.Daytime(Window.DayStart)).Word("to").Word(TimeText.Daytime(Window.DayStop));
        }

        if (Window.WeekDays != TimeWindow.AllWeekDays)
        {
            writer.Word("on").Word(TimeText.WeekDays(Window.WeekDays));
        }

        if (Window.MonthDays != TimeWindow.AllMonthDays)
        {
            writer.Word("on").Word(TimeText.MonthDays(Window.MonthDays, ordinals: true));
        }

        if (Window.DateStart != 0)
        {
            writer.Word("starting").Word("from").Word(TimeText.Date(Window.DateStart, ' '));
        }

        if (Window.DateStop != TimeWindow.LastDate)
        {
            writer.Word("until").Word("date").Word(TimeText.Date(Window.DateStop, ' '));
        }

        PrintWhere(writer, !Window.IsLocal, "UTC");
        PrintWhere(writer, Window.IsContiguous, "contiguous");
    }

    public override MatchResult Evaluate(Packet packet) => Window.Ask(packet) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Window)));

    private static void PrintWhere(RuleTextWriter writer, bool condition, string word)
    {
        if (condition)
        {
            writer.Word(word);
        }
    }

    private static bool IsWhole(object state, Word place, ReadContext context)
    {
        TimeWindow window = ((TimeMatch)state).Window;
        if (window.IsContiguous && window.DayStart < window.DayStop)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadTime, place, "--contiguous is for a time that goes over midnight",
                "write a --timestop that is earlier than the --timestart, or leave --contiguous out",
                Convention.Usage("time: --contiguous only makes sense when stoptime is smaller than starttime"));
            return false;
        }

        if (window.MonthDays == 0 || window.WeekDays == 0)
        {
            context.Diagnostics.Report(ErrorCodes.NeverMatches, place, "no day is left", "leave the rule out");
            return false;
        }

        return true;
    }
}
