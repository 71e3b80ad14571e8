using MiniFirewall.Packets;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j REJECT: drops the packet and says so to its sender (net/ipv4/netfilter/ipt_REJECT.c, net/ipv6/netfilter/ip6t_REJECT.c).</summary>
/// <param name="Answer">What is sent.</param>
/// <param name="Named">The families whose word for it was written; both where none was, or a word of both.</param>
public sealed record RejectTarget(RejectAnswer Answer, FamilySet Named) : LackingTarget
{
    public static TargetGrammar Grammar { get; } = new("REJECT", new RejectTarget(RejectAnswer.PortUnreachable, FamilySet.Both))
    {
        Options =
        [
            Option<RejectTarget>.Value<RejectTarget>(["reject-with"], RejectWords.Read, (_, read, _) => read),
        ],
        Check = RejectWords.Check,
    };

    public override string Name => "REJECT";

    public override string Lack => Lacks.SentPackets;

    public override FamilySet Families => Named;

    public override Target Settled(FamilySet families) => Answer is RejectAnswer.PortUnreachable or RejectAnswer.TcpReset ? this with { Named = FamilySet.Both } : this;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-j").Word("REJECT");
        if (WordOf(writer) is { } word)
        {
            writer.Word("--reject-with").Word(word);
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        if (WordOf(writer) is { } word)
        {
            writer.Word("reject-with").Word(word);
        }
    }

    /// <summary>Null where no one word holds for the families that are written for: what is sent then is what is sent unasked.</summary>
    private string? WordOf(RuleTextWriter writer) => Answer == RejectAnswer.TcpReset
        ? "tcp-reset"
        : writer.Family is { } family ? RejectWords.WordOf(Answer, family) : null;
}
