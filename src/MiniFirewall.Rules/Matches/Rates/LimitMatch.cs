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

namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>-m limit: matches up to so many times in a while (net/netfilter/xt_limit.c).</summary>
/// <param name="Period">From one match to the next, in tenths of a millisecond.</param>
/// <param name="Burst">Matches at once, when there was none for long.</param>
public sealed record LimitMatch(uint Period, uint Burst) : Match
{
    private const ulong Scale = 10000;
    private const uint MostBurst = 10000, DefaultBurst = 5;
    private const uint ThreeAnHour = 3600 / 3 * (uint)Scale;

    public static MatchGrammar Grammar { get; } = new("limit", new LimitMatch(ThreeAnHour, DefaultBurst))
    {
        Options =
        [
            Option<LimitMatch>.Value(["limit"], Rate.Reader(Scale), (m, rate, _) => m with { Period = (uint)rate.Period }),
            Option<LimitMatch>.Value<uint>(["limit-burst"], ReadBurst, (m, burst, _) => m with { Burst = burst }),
        ],
        Check = HasRoom,
    };

    public override string Name => "limit";

    private TokenBucket Bucket => new(Period, Burst);

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("limit").Word("--limit").Word(Rate.Print(Period, Scale, out _));
        if (Burst != DefaultBurst)
        {
            writer.Word("--limit-burst").Word($"{Burst}");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style) =>
        writer.Word("limit:").Word("avg").Word(Rate.Print(Period, Scale, out _)).Word("burst").Word($"{Burst}");

    /// <summary>The answer of a full bucket: what a rule of its own remembers is the kernel's.</summary>
    public override MatchResult Evaluate(Packet packet) => Bucket.Ask(packet) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Bucket)));

    /// <summary>iptables takes a burst of 0, and the kernel has no use for it.</summary>
    private static bool ReadBurst(Word word, ReadContext context, out uint burst)
    {
        bool isRead = NumberReaders.TryRead(word, context, "burst", 0, MostBurst, out burst);
        if (isRead && burst == 0)
        {
            context.Diagnostics.Report(ErrorCodes.BadNumber, word, "a burst of 0 lets nothing match", $"a number from 1 to {MostBurst}", Convention.OutOfRange);
        }

        return isRead && burst > 0;
    }

    /// <summary>The kernel counts a full burst's time in 32 bits, and refuses one that comes out shorter than a single period.</summary>
    private static bool HasRoom(object state, Word place, ReadContext context)
    {
        var limit = (LimitMatch)state;
        bool fits = limit.Bucket.Fits(KernelClock.UsualHertz);
        if (!fits)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadNumber, place, $"a burst of {limit.Burst} at {Rate.Print(limit.Period, Scale, out _)} lasts longer than the kernel can count",
                "write a smaller --limit-burst", Convention.OutOfRange);
        }

        return fits;
    }
}
