using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>-m state: the state of the packet's connection (net/netfilter/xt_state.c; since Linux 3.9 another name of xt_conntrack).</summary>
/// <param name="States">A sum of values of ConnectionWords.States.</param>
public sealed record StateMatch(uint States, bool Negated) : Match
{
    public static MatchGrammar Grammar { get; } = new("state", new StateMatch(0, false))
    {
        OneOf = ["state"],
        Options =
        [
            Option<StateMatch>.Value<uint>(["state"], NameReaders.FlagsByBeginning("connection state", ConnectionWords.PlainStates, ConnectionWords.BadState), (_, states, not) => new(states, not), negatable: true),
        ],
    };

    public override string Name => "state";

    public override bool AsksConnection => true;

    public override MatchResult Evaluate(Packet packet) => StateTest.Holds(States, Negated, packet) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(StateTest.Condition(States, Negated)));

    private string Words => NameReaders.Print(ConnectionWords.PrintedStates, States);

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("state").Not(Negated).Word("--state").Word(Words);

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Not(Negated).Word("state").Word(Words);
}
