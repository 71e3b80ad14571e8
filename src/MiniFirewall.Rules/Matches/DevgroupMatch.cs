using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m devgroup: the groups of the interfaces that the packet came in by and leaves by (net/netfilter/xt_devgroup.c).</summary>
/// <param name="In">--src-group; null where not asked.</param>
/// <param name="Out">--dst-group; null where not asked.</param>
public sealed record DevgroupMatch(NamedNumber? In, NamedNumber? Out) : Match
{
    public static MatchGrammar Grammar { get; } = new("devgroup", new DevgroupMatch(null, null))
    {
        OneOf = ["src-group", "dst-group"],
        Options =
        [
            Option<DevgroupMatch>.Value<NamedNumber>(["src-group"], Reader, (m, group, not) => m with { In = group with { Negated = not } }, negatable: true),
            Option<DevgroupMatch>.Value<NamedNumber>(["dst-group"], Reader, (m, group, not) => m with { Out = group with { Negated = not } }, negatable: true),
        ],
    };

    public override string Name => "devgroup";

    public override string? RefusalAt(Hook hook) => hook switch
    {
        Hook.LocalOut when In is not null => "packets that leave this machine came in by no interface, so that there is no --src-group",
        Hook.LocalIn when Out is not null => "packets for this machine leave by no interface, so that there is no --dst-group",
        _ => null,
    };

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("devgroup");
        In?.Print(writer, "--src-group");
        Out?.Print(writer, "--dst-group");
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        ListGroup("src-group", In);
        ListGroup("dst-group", Out);

        void ListGroup(string name, NamedNumber? group)
        {
            if (group is not null)
            {
                writer.Not(group.Negated).Word(name).Word(group.Text(style.IsNumeric));
            }
        }
    }

    public override MatchResult Evaluate(Packet packet) => Tests.All(test => test.Question.Ask(packet) != test.Negated) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.AddRange(Tests.Select(test => new Require(test)));

    private static ValueReader<NamedNumber> Reader => NamedNumber.Reader("group of interfaces", "/etc/iproute2/group", names => names.InterfaceGroups);

    private IEnumerable<QuestionTest> Tests
    {
        get
        {
            if (In is not null)
            {
                yield return new(new InterfaceGroupIs(true, In.Value, In.Mask), In.Negated);
            }

            if (Out is not null)
            {
                yield return new(new InterfaceGroupIs(false, Out.Value, Out.Mask), Out.Negated);
            }
        }
    }
}
