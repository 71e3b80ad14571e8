using System.Collections.Immutable;
using System.Numerics;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j RATEEST: adds the packet to a rate estimator, and goes on with the next rule (net/netfilter/xt_RATEEST.c).</summary>
/// <param name="Estimator">Its name.</param>
/// <param name="Interval">Microseconds from one estimate to the next: a quarter of a second, doubled up to five times.</param>
/// <param name="Average">Microseconds over which it averages: the interval, doubled some times; 32 bits.</param>
public sealed record RateestTarget(string Estimator, long Interval, long Average) : Target
{
    private const int LongestName = 15;
    private const long LeastInterval = 250000;
    private const int MostDoublings = 5, MostAverageDoublings = 31;

    public static TargetGrammar Grammar { get; } = new("RATEEST", new RateestTarget("", 0, 0))
    {
        Mandatory = ["rateest-name", "rateest-interval", "rateest-ewmalog"],
        Options =
        [
            Option<RateestTarget>.Value(["rateest-name"], TextReaders.Text("estimator's name", 1, LongestName), (t, name, _) => t with { Estimator = name }, takesText: true),
            Option<RateestTarget>.Value<long>(["rateest-interval"], Microseconds.Read, (t, time, _) => t with { Interval = time }),
            Option<RateestTarget>.Value<long>(["rateest-ewmalog"], Microseconds.Read, (t, time, _) => t with { Average = time }),
        ],
        Complete = Complete,
    };

    public override string Name => "RATEEST";

    /// <summary>The numbers that the kernel is given.</summary>
    public EstimatorSettings Settings => new(BitOperations.Log2((ulong)(Interval / LeastInterval)), BitOperations.Log2((ulong)(Average / Interval)));

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;

    public override void LowerEffect(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(new Require(new QuestionTest(new RateCounted(Estimator, Settings))));

    /// <summary>The interval is rounded up to what the kernel has, the average down (libxt_RATEEST.c, RATEEST_final_check).</summary>
    private static object? Complete(object state, Word place, ReadContext context)
    {
        var target = (RateestTarget)state;
        int doublings = 0;
        while (doublings <= MostDoublings && target.Interval > LeastInterval << doublings)
        {
            doublings++;
        }

        int average = 1;
        while (average <= MostAverageDoublings && target.Interval / -Math.Log(1 - (1.0 / (1L << average))) <= target.Average)
        {
            average++;
        }

        average--;
        string problem = doublings > MostDoublings ? "the interval of RATEEST is more than 8s"
            : average is 0 or >= MostAverageDoublings - 1 || LeastInterval << (doublings + average) > uint.MaxValue ? "the average of RATEEST is not some times its interval" : "";
        if (problem.Length > 0)
        {
            context.Diagnostics.Report(ErrorCodes.BadNumber, place, problem, "such as --rateest-interval 250ms --rateest-ewmalog 0.5s");
            return null;
        }

        long interval = LeastInterval << doublings;
        return target with { Interval = interval, Average = interval << average };
    }

    public override void Print(RuleTextWriter writer) => writer.Word("-j").Word("RATEEST").Word("--rateest-name").Plain(Estimator)
        .Word("--rateest-interval").Word(Microseconds.Print(Interval)).Word("--rateest-ewmalog").Word(Microseconds.Print(Average));

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("name").Word(Estimator)
        .Word("interval").Word(Microseconds.Print(Interval)).Word("ewmalog").Word(Microseconds.Print(Average));
}
