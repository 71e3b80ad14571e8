using MiniFirewall.Analysis;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Testing.Oracle;

/// <summary>What the list says of a packet.</summary>
/// <param name="Counted">Every rule and policy that counts the packet, in the order met, as often as it does.</param>
public sealed record OracleJudgement(bool Accepted, IReadOnlyList<CounterKey> Counted);

/// <summary>
/// The meaning of a long rule list by trying its rules one after another, eight at a time, so that a hundred thousand rules
/// take microseconds. It shares nothing with the compiler, and only the meaning of single matches with the reference evaluator,
/// which it is compared with on short lists.
/// </summary>
public sealed class ListOracle
{
    private readonly Dictionary<(Family, string), ChainList> _chains = [];
    private readonly Dictionary<Hook, string> _entries = [];

    public ListOracle(RuleSet rules)
    {
        foreach (Chain chain in rules.Chains)
        {
            if (chain.Hook is { } hook)
            {
                _entries.Add(hook, chain.Name);
            }

            foreach (Family family in new[] { Family.IPv4, Family.IPv6 }.Where(family => chain.Families.Has(family)))
            {
                _chains.Add((family, chain.Name), new ChainList(chain, family));
            }
        }
    }

    public OracleJudgement Judge(Packet packet)
    {
        var counted = new List<CounterKey>();
        if (!packet.HeaderIsWhole)
        {
            return new(false, counted);
        }

        ChainList entry = _chains[(packet.Family, _entries[packet.Hook])];
        Verdict? verdict = Run(entry, packet, new PacketFacts(packet), counted);
        if (verdict is null)
        {
            counted.Add(new(entry.Name, CounterKey.Policy));
        }

        return new((verdict ?? entry.Policy) == Verdict.Accept, counted);
    }

    /// <summary>Null where the chain ends without a verdict. A goto ends its chain with what the other one says.</summary>
    private Verdict? Run(ChainList chain, Packet packet, in PacketFacts facts, List<CounterKey> counted)
    {
        for (int i = chain.Columns.Next(0, facts); i < chain.Rules.Count; i = chain.Columns.Next(i + 1, facts))
        {
            Rule rule = chain.Rules[i];
            MatchResult result = RuleReading.Judge(rule, packet);
            if (result == MatchResult.Invalid)
            {
                return Verdict.Drop;
            }

            if (result == MatchResult.Miss)
            {
                continue;
            }

            counted.Add(new(chain.Name, i + 1));
            switch (rule.Target)
            {
                case { Decides: { } decided }:
                    return decided;
                case ReturnTarget:
                    return null;
                case JumpTarget jump:
                    Verdict? verdict = Run(_chains[(packet.Family, jump.Chain)], packet, facts, counted);
                    if (verdict is not null || jump.IsGoto)
                    {
                        return verdict;
                    }

                    break;
            }
        }

        return null;
    }

    private sealed class ChainList(Chain chain, Family family)
    {
        internal string Name { get; } = chain.Name;

        internal Verdict Policy { get; } = chain.PolicyOf(family).Verdict;

        internal IReadOnlyList<Rule> Rules { get; } = [.. chain.Rules.Where(rule => rule.Families.Has(family))];

        internal RuleColumns Columns => field ??= new RuleColumns(Rules, family);
    }
}
