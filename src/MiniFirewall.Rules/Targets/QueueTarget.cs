using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j QUEUE: queue 0 of NFQUEUE, as a verdict (include/uapi/linux/netfilter.h, NF_QUEUE).</summary>
public sealed record QueueTarget : KernelTarget, IAsksQueue
{
    public static QueueTarget Instance { get; } = new();

    public override string Name => "QUEUE";

    public NumberRange Queues => default;

    public bool Bypasses => false;

    public override Verdict? Decides => Verdict.Accept;

    protected override string Module => "NFQUEUE";

    protected override byte Revision => 3;

    public override void Print(RuleTextWriter writer) => writer.Word("-j").Word(Name);

    protected override byte[] Information() => NfqueueTarget.Structure(Queues, Bypasses, byCpu: false);
}
