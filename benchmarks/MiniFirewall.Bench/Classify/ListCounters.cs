using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Bench.Classify;

/// <summary>
/// Counter indexes of a list of <paramref name="rules"/> rules: line i has i + 1, whatever chain it stands in; the policy
/// comes next, then jumps to chains. Chains of lines are lowered in the order of their lines.
/// </summary>
/// <param name="chains">The list is spread over chains; else it stands in FORWARD.</param>
internal sealed class ListCounters(int rules, bool chains) : ICounterIndexes
{
    private int _line, _jump = rules + 1;

    internal int Policy => rules + 1;

    internal int Capacity => _jump + 1;

    public int OfRule(Chain chain, Rule rule, Family family) =>
        !chains || chain.Name.StartsWith(RuleWriter.LeafPrefix, StringComparison.Ordinal) ? ++_line : ++_jump;

    public int OfPolicy(Chain chain, Family family) => Policy;
}
