using System.Runtime.InteropServices;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j NFQUEUE: a program in user space decides (net/netfilter/xt_NFQUEUE.c).</summary>
/// <param name="Queues">The queue, or the queues that packets are spread over.</param>
/// <param name="Bypasses">A packet passes where no program listens; without this it is dropped then.</param>
/// <param name="ByCpu">The CPU says which queue, not the addresses.</param>
public sealed record NfqueueTarget(NumberRange Queues, bool Bypasses, bool ByCpu) : KernelTarget, IAsksQueue
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

    public override Verdict? Decides => Verdict.Accept;

    protected override byte Revision => 3;

    public override void Print(RuleTextWriter writer) => Write(writer.Word("-j").Word("NFQUEUE"), "--queue-");

    public override void List(RuleTextWriter writer, ListStyle style) => Write(writer.Word("NFQUEUE"), "");

    /// <summary>struct xt_NFQ_info_v3: the first queue, how many, flags, 16 bits each.</summary>
    protected override byte[] Information() => Structure(Queues, Bypasses, ByCpu);

    internal static byte[] Structure(NumberRange queues, bool bypasses, bool byCpu)
    {
        const ushort Bypass = 1, CpuFanout = 2;
        byte[] information = new byte[8];
        Span<ushort> numbers = MemoryMarshal.Cast<byte, ushort>(information.AsSpan());
        numbers[0] = queues.Low;
        numbers[1] = (ushort)(queues.High - queues.Low + 1);
        numbers[2] = (ushort)((bypasses ? Bypass : 0) | (byCpu ? CpuFanout : 0));
        return information;
    }

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
