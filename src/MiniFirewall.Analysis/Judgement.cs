using System.Collections.Immutable;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Analysis;

/// <summary>What ended a packet's way through the rules.</summary>
public enum DecisionKind : byte
{
    /// <summary>A rule with ACCEPT, DROP or REJECT.</summary>
    Rule,

    /// <summary>The built-in chain's policy.</summary>
    Policy,

    /// <summary>The packet lacks bytes, or has an odd shape, that a rule asked about: dropped, uncounted.</summary>
    Invalid,
}

/// <summary>The rule or policy that gave the verdict.</summary>
/// <param name="Chain">Name of the chain; empty where the packet lacks even its network header.</param>
/// <param name="Number">The rule's number, from 1, among the chain's rules of the packet's family; 0 for a policy or a packet without a whole network header.</param>
/// <param name="Rule">The rule that decided, or that needed what the packet lacks; else null.</param>
public sealed record Decision(DecisionKind Kind, string Chain, int Number, Rule? Rule)
{
    public override string ToString() => Kind switch
    {
        DecisionKind.Rule => $"{Chain} rule {Number}",
        DecisionKind.Policy => $"{Chain} policy",
        _ => Rule is null ? "invalid packet" : $"invalid packet, found by {Chain} rule {Number}",
    };
}

/// <summary>A rule that the packet matched. Each visit counts the packet once.</summary>
/// <param name="Number">From 1, among the chain's rules of the packet's family.</param>
public sealed record Visit(string Chain, int Number, Rule Rule)
{
    public override string ToString() => $"{Chain} rule {Number}";
}

/// <summary>What becomes of a packet and why.</summary>
/// <param name="Path">The rules that matched, in order, the deciding one last; empty where no trace was asked for.</param>
public sealed record Judgement(Verdict Verdict, Decision DecidedBy, ImmutableArray<Visit> Path)
{
    /// <summary>Every counter the packet adds to, as often as it does; empty where no trace was asked for.</summary>
    public IEnumerable<CounterKey> Counted
    {
        get
        {
            IEnumerable<CounterKey> rules = Path.Select(v => new CounterKey(v.Chain, v.Number));
            return DecidedBy.Kind == DecisionKind.Policy ? rules.Append(new(DecidedBy.Chain, CounterKey.Policy)) : rules;
        }
    }
}
