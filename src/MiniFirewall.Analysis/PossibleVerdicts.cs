using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Analysis;

/// <summary>
/// Which verdicts a packet may get of which only ends, protocol and interfaces are known: a rule that asks for more may match it or not,
/// and both ways are followed. Not for use by several threads at once.
/// </summary>
public sealed class PossibleVerdicts
{
    private readonly FamilyView _v4;
    private readonly FamilyView _v6;
    private readonly Dictionary<Match, bool> _knownV4 = new(ReferenceEqualityComparer.Instance), _knownV6 = new(ReferenceEqualityComparer.Instance);

    private Decision? _firstDrop;

    public PossibleVerdicts(RuleSet rules)
    {
        _v4 = new(rules, Family.IPv4);
        _v6 = new(rules, Family.IPv6);
    }

    [Flags]
    private enum Ways
    {
        None = 0,
        Accept = 1,
        Drop = 2,

        /// <summary>The chain ends without a verdict.</summary>
        Falls = 4,
    }

    /// <summary>Whether some way through the rules of the packet's hook ends with its passing.</summary>
    public bool MayPass(Packet packet) => Dropper(packet) is null;

    /// <summary>What drops the packet first where no way ends with its passing; null where one does.</summary>
    public Decision? Dropper(Packet packet)
    {
        FamilyView view = packet.Family == Family.IPv4 ? _v4 : _v6;
        ChainView chain = view.Of(packet.Hook);
        _firstDrop = null;
        Ways ways = Follow(view, chain, packet);
        bool passes = (ways & Ways.Accept) != 0 || ((ways & Ways.Falls) != 0 && chain.Policy == Verdict.Accept);
        return passes ? null : _firstDrop ?? new(DecisionKind.Policy, chain.Name, CounterKey.Policy, null);
    }

    private Ways Follow(FamilyView view, ChainView chain, Packet packet)
    {
        Ways ways = Ways.None;
        for (int i = 0; i < chain.Rules.Length; i++)
        {
            Rule rule = chain.Rules[i];
            MatchResult? result = Evaluate(rule, packet);
            if (result == MatchResult.Invalid)
            {
                _firstDrop ??= new(DecisionKind.Invalid, chain.Name, i + 1, rule);
                return ways | Ways.Drop;
            }

            if (result == MatchResult.Miss)
            {
                continue;
            }

            Ways taken = Outcome(view, rule.Target, packet, out bool goesOn);
            ways |= taken;
            if (rule.Target.DecidesOf(packet) == Verdict.Drop)
            {
                _firstDrop ??= new(DecisionKind.Rule, chain.Name, i + 1, rule);
            }

            if (result == MatchResult.Match && !goesOn)
            {
                return ways;
            }
        }

        return ways | Ways.Falls;
    }

    /// <param name="goesOn">The packet may come to the next rule.</param>
    private Ways Outcome(FamilyView view, Target target, Packet packet, out bool goesOn)
    {
        goesOn = false;
        if (target.DecidesOf(packet) is { } verdict)
        {
            return verdict == Verdict.Accept ? Ways.Accept : Ways.Drop;
        }

        switch (target)
        {
            case ReturnTarget:
                return Ways.Falls;
            case JumpTarget jump:
                Ways ways = Follow(view, view.Of(jump.Chain), packet);
                goesOn = !jump.IsGoto && (ways & Ways.Falls) != 0;
                return jump.IsGoto ? ways : ways & ~Ways.Falls;
            default:
                goesOn = true;
                return Ways.None;
        }
    }

    /// <summary>Null where the rule may match or not.</summary>
    private MatchResult? Evaluate(Rule rule, Packet packet)
    {
        MatchResult header = HeaderMeaning.Evaluate(rule, packet);
        if (header != MatchResult.Match)
        {
            return header;
        }

        bool isSure = true;
        foreach (Match match in rule.Matches)
        {
            if (!IsKnown(match, packet))
            {
                isSure = false;
                continue;
            }

            MatchResult result = match.Evaluate(packet);
            if (result == MatchResult.Miss || (result == MatchResult.Invalid && isSure))
            {
                return result;
            }
        }

        return isSure ? MatchResult.Match : null;
    }

    /// <summary>Whether what the match asks is among what is known.</summary>
    private bool IsKnown(Match match, Packet packet)
    {
        Dictionary<Match, bool> known = packet.Family == Family.IPv4 ? _knownV4 : _knownV6;
        if (!known.TryGetValue(match, out bool isKnown))
        {
            var steps = ImmutableArray.CreateBuilder<Step>();
            match.Lower(packet.Family, steps);
            isKnown = steps.All(KnownFields.Suffice);
            known.Add(match, isKnown);
        }

        return isKnown;
    }
}
