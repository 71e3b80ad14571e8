using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j MARK: changes the packet's mark, and goes on with the next rule (net/netfilter/xt_mark.c).</summary>
/// <param name="Value">Bits that are flipped, after those of <paramref name="Mask"/> have been cleared.</param>
public sealed record MarkTarget(uint Value, uint Mask) : Target
{
    public static TargetGrammar Grammar { get; } = new("MARK", new MarkTarget(0, 0))
    {
        OneOf = MarkChange.OptionNames,
        Options = MarkChange.Options<MarkTarget>("change", (_, change) => new(change.Value, change.Mask)),
    };

    public override string Name => "MARK";

    private MarkChange Written => new(Value, Mask);

    public override PacketChange? Change => new PacketMarkSet(Mask, Value);

    public override Outcome Lower(Func<string, int> blockOf) => Continue.Instance;

    public override void Print(RuleTextWriter writer) => writer.Word("-j").Word("MARK").Word("--set-xmark").Word(Written.ToString());

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("MARK").Word(Written.Words);
}
