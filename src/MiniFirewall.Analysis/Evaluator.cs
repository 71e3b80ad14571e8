using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Analysis;

/// <summary>
/// The reference meaning of a rule set: walks the rules as ipt_do_table does (net/ipv4/netfilter/ip_tables.c and its IPv6
/// twin). The rule set's jumps lead to chains that exist and form no cycle: the reader has checked both. Immutable.
/// </summary>
public sealed class Evaluator
{
    private readonly FamilyView _v4;
    private readonly FamilyView _v6;

    public Evaluator(RuleSet rules)
    {
        _v4 = new(rules, Family.IPv4);
        _v6 = new(rules, Family.IPv6);
    }

    /// <summary>The judgement of one packet; for many packets make one evaluator.</summary>
    public static Judgement Judge(RuleSet rules, Packet packet, bool trace = true) => new Evaluator(rules).Judge(packet, trace);

    /// <summary>The judgement of a packet of hook LOCAL_IN, FORWARD or LOCAL_OUT.</summary>
    /// <param name="trace">False leaves the path empty and costs less.</param>
    /// <param name="tally">Where given, its counters are added to.</param>
    public Judgement Judge(Packet packet, bool trace = true, CounterTally? tally = null)
    {
        if (!packet.HeaderIsWhole)
        {
            return new(Verdict.Drop, new(DecisionKind.Invalid, "", 0, null), []);
        }

        FamilyView view = packet.Family == Family.IPv4 ? _v4 : _v6;
        return new Walk(view, packet, trace, tally).Run();
    }

    /// <summary>One packet's way through the rules.</summary>
    private sealed class Walk(FamilyView view, Packet packet, bool trace, CounterTally? tally)
    {
        private readonly ImmutableArray<Visit>.Builder? _path = trace ? ImmutableArray.CreateBuilder<Visit>() : null;
        private readonly Stack<Place> _callers = new();
        private readonly ChainView _builtIn = view.Of(packet.Hook);

        /// <summary>The chain and the index of the rule to try next.</summary>
        private readonly record struct Place(ChainView Chain, int Index);

        internal Judgement Run()
        {
            var place = new Place(_builtIn, 0);
            while (true)
            {
                if (place.Index == place.Chain.Rules.Length)
                {
                    if (!_callers.TryPop(out place))
                    {
                        return ByPolicy();
                    }

                    continue;
                }

                Rule rule = place.Chain.Rules[place.Index];
                place = place with { Index = place.Index + 1 };
                MatchResult result = RuleMeaning.Evaluate(rule, packet);
                if (result == MatchResult.Invalid)
                {
                    return Judged(Verdict.Drop, DecisionKind.Invalid, place, rule);
                }

                if (result == MatchResult.Match)
                {
                    Record(place, rule);
                    if (rule.Target.DecidesOf(packet) is { } verdict)
                    {
                        return Judged(verdict, DecisionKind.Rule, place, rule);
                    }

                    packet = rule.Target.Change?.Changed(packet) ?? packet;
                    place = Follow(rule.Target, place);
                }
            }
        }

        /// <summary>Where a target that gives no verdict leads. A goto leaves no way back to its own chain.</summary>
        private Place Follow(Target target, Place next)
        {
            switch (target)
            {
                case ReturnTarget:
                    return next with { Index = next.Chain.Rules.Length };
                case JumpTarget jump:
                    if (!jump.IsGoto)
                    {
                        _callers.Push(next);
                    }

                    return new(view.Of(jump.Chain), 0);
                default:
                    return next;
            }
        }

        private void Record(Place place, Rule rule)
        {
            _path?.Add(new(place.Chain.Name, place.Index, rule));
            tally?.Add(packet.Family, place.Chain.Name, place.Index, packet.Bytes.Length);
        }

        private Judgement ByPolicy()
        {
            tally?.Add(packet.Family, _builtIn.Name, CounterKey.Policy, packet.Bytes.Length);
            return new(_builtIn.Policy, new(DecisionKind.Policy, _builtIn.Name, CounterKey.Policy, null), Path());
        }

        private Judgement Judged(Verdict verdict, DecisionKind kind, Place place, Rule rule) =>
            new(verdict, new(kind, place.Chain.Name, place.Index, rule), Path());

        private ImmutableArray<Visit> Path() => _path?.ToImmutable() ?? [];
    }
}
