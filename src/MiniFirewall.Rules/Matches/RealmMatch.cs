using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m realm: the realm of the packet's route (net/netfilter/xt_realm.c). IPv4 only.</summary>
public sealed record RealmMatch(NamedNumber Realm) : Match
{
    public static MatchGrammar Grammar { get; } = new("realm", new RealmMatch(new NamedNumber(0, uint.MaxValue, "", false)))
    {
        OneOf = ["realm"],
        Options =
        [
            Option<RealmMatch>.Value<NamedNumber>(
                ["realm"], NamedNumber.Reader("realm", "/etc/iproute2/rt_realms", names => names.Realms), (_, realm, not) => new(realm with { Negated = not }), negatable: true),
        ],
    };

    public override string Name => "realm";

    public override FamilySet Families => FamilySet.IPv4;

    public override void Print(RuleTextWriter writer) => Realm.Print(writer.Word("-m").Word("realm"), "--realm");

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Not(Realm.Negated).Word("realm").Word(Realm.Text(style.IsNumeric));

    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) != Realm.Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question, Realm.Negated)));

    private RouteRealmIs Question => new(Realm.Value, Realm.Mask);
}
