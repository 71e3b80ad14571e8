using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j REJECT: drops the packet and says so to its sender (net/ipv4/netfilter/ipt_REJECT.c, net/ipv6/netfilter/ip6t_REJECT.c).</summary>
/// <param name="Answer">What is sent.</param>
/// <param name="Named">The families whose word for it was written; both where none was, or a word of both.</param>
public sealed record RejectTarget(Answer Answer, FamilySet Named) : Target
{
    public static TargetGrammar Grammar { get; } = new("REJECT", new RejectTarget(Answer.PortUnreachable, FamilySet.Both))
    {
        Options =
        [
            Option<RejectTarget>.Value<RejectTarget>(["reject-with"], RejectWords.Read, (_, read, _) => read),
        ],
        Check = RejectWords.Check,
    };

    public override string Name => "REJECT";

    public override FamilySet Families => Named;

    public override Verdict? Decides => Verdict.Drop;

    public override bool Answers => true;

    public override Target Settled(FamilySet families) => Answer is Answer.PortUnreachable or Answer.TcpReset ? this with { Named = FamilySet.Both } : this;

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

    public override Outcome Lower(Func<string, int> blockOf) => new Decide(Verdict.Drop, Answer);

    /// <summary>What packets of a family are rejected with, in --reject-with's word.</summary>
    public string WordFor(Family family) => RejectWords.WordOf(Answer, family);

    /// <summary>Null where no one word holds for the families that are written for: what is sent then is what is sent unasked.</summary>
    private string? WordOf(RuleTextWriter writer) => Answer == Answer.TcpReset
        ? "tcp-reset"
        : writer.Family is { } family ? RejectWords.WordOf(Answer, family) : null;
}
