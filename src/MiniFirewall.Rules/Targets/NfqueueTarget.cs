using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j NFQUEUE: a program in user space decides (net/netfilter/xt_NFQUEUE.c).</summary>
/// <param name="Queues">The queue, or the queues that packets are spread over.</param>
/// <param name="Bypasses">A packet goes on with the next rule where no program listens; it is dropped where not.</param>
/// <param name="ByCpu">The CPU says which queue, not the addresses.</param>
public sealed record NfqueueTarget(NumberRange Queues, bool Bypasses, bool ByCpu) : LackingTarget
{
    private const string QueueGroup = "queue";

    private static readonly ValueReader<NumberRange> Range = NumberReaders.Range("queue");

    public static TargetGrammar Grammar { get; } = new("NFQUEUE", new NfqueueTarget(default, false, false))
    {
        Options =
        [
            Option<NfqueueTarget>.Value(["queue-num"], NumberReaders.Number("queue", 0, ushort.MaxValue), (t, queue, _) => t with { Queues = new((ushort)queue, (ushort)queue) }, group: QueueGroup),
            Option<NfqueueTarget>.Value<NumberRange>(["queue-balance"], ReadBalance, (t, queues, _) => t with { Queues = queues }, group: QueueGroup),
            Option<NfqueueTarget>.Flag(["queue-bypass"], (t, _) => t with { Bypasses = true }),
            Option<NfqueueTarget>.Flag(["queue-cpu-fanout"], (t, _) => t with { ByCpu = true }, needs: ["queue-balance"]),
        ],
    };

    public override string Name => "NFQUEUE";

    public override string Lack => Lacks.Queues;

    public override void Print(RuleTextWriter writer) => Write(writer.Word("-j").Word("NFQUEUE"), "--queue-");

    public override void List(RuleTextWriter writer, ListStyle style) => Write(writer.Word("NFQUEUE"), "");

    private void Write(RuleTextWriter writer, string prefix)
    {
        writer.Word(prefix + (Queues.Low == Queues.High ? "num" : "balance")).Word(Queues);
        if (Bypasses)
        {
            writer.Word(prefix + "bypass");
        }

        if (ByCpu)
        {
            writer.Word(prefix + "cpu-fanout");
        }
    }

    /// <summary>At least two queues, and not all 65536 (the kernel counts them in 16 bits).</summary>
    private static bool ReadBalance(Word word, ReadContext context, out NumberRange queues)
    {
        if (!Range(word, context, out queues))
        {
            return false;
        }

        bool fits = queues.Low != queues.High && queues != NumberRange.All;
        if (!fits)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadRange, word, $"{Show.Word(word.Text)} is not several queues", "write LOW:HIGH, up to 65535 queues; one alone is --queue-num",
                queues.Low == queues.High ? Convention.Usage($"{queues.Low} should be less than {queues.High}") : null);
        }

        return fits;
    }
}
