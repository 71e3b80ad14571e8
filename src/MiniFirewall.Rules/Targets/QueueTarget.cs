using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j QUEUE: queue 0 of NFQUEUE, as a verdict (include/uapi/linux/netfilter.h, NF_QUEUE).</summary>
public sealed record QueueTarget : LackingTarget
{
    public static QueueTarget Instance { get; } = new();

    public override string Name => "QUEUE";

    public override string Lack => Lacks.Queues;

    public override void Print(RuleTextWriter writer) => writer.Word("-j").Word(Name);
}
