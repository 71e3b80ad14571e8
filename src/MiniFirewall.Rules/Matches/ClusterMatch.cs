using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m cluster: the packet's connection belongs to some nodes of a cluster (net/netfilter/xt_cluster.c).</summary>
/// <param name="TotalNodes">1 to 32; 0 while it has not been read.</param>
/// <param name="NodeMask">Bit n - 1 for node n; 0 while it has not been read.</param>
/// <param name="HashSeed">Null while it has not been read.</param>
public sealed record ClusterMatch(uint TotalNodes, uint NodeMask, uint? HashSeed, bool Negated) : Match
{
    private const uint MostNodes = 32;

    public static MatchGrammar Grammar { get; } = new("cluster", new ClusterMatch(0, 0, null, false))
    {
        Check = IsWhole,
        Options =
        [
            Option<ClusterMatch>.Value<uint>(["cluster-total-nodes"], NumberReaders.Number("number of nodes", 1, MostNodes), (m, total, _) => m with { TotalNodes = total }),
            Option<ClusterMatch>.Value<uint>(["cluster-local-node"], NumberReaders.Number("node", 1, MostNodes), (m, node, not) => m with { NodeMask = 1u << (int)(node - 1), Negated = not }, negatable: true, group: "nodes"),
            Option<ClusterMatch>.Value<uint>(["cluster-local-nodemask"], NumberReaders.Number("mask of nodes", 1, uint.MaxValue), (m, mask, not) => m with { NodeMask = mask, Negated = not }, negatable: true, group: "nodes"),
            Option<ClusterMatch>.Value<uint>(["cluster-hash-seed"], NumberReaders.Number("seed", 0, uint.MaxValue), (m, seed, _) => m with { HashSeed = seed }),
        ],
    };

    public override string Name => "cluster";

    public override bool AsksConnection => true;

    private ClusterNodeIn Question => new(TotalNodes, NodeMask, HashSeed ?? 0) { WithoutConnection = Negated };

    /// <summary>Not of a packet without a connection, negated or not.</summary>
    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question, Negated)));

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("cluster")
        .Not(Negated).Word("--cluster-local-nodemask").Word($"0x{NodeMask:x8}")
        .Word("--cluster-total-nodes").Word($"{TotalNodes}").Word("--cluster-hash-seed").Word($"0x{HashSeed:x8}");

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("cluster")
        .Word($"{(Negated ? "!" : "")}node_mask=0x{NodeMask:x8}").Word($"total_nodes={TotalNodes}").Word($"hash_seed=0x{HashSeed:x8}");

    private static bool IsWhole(object state, Word place, ReadContext context)
    {
        var match = (ClusterMatch)state;
        if (!Missing.IsThere(match.NodeMask > 0, context, place, "cluster", "--cluster-local-node", "--cluster-local-nodemask")
            || !Missing.IsThere(match.TotalNodes > 0, context, place, "cluster", "--cluster-total-nodes")
            || !Missing.IsThere(match.HashSeed is not null, context, place, "cluster", "--cluster-hash-seed"))
        {
            return false;
        }

        if (match.NodeMask >= 1UL << (int)match.TotalNodes)
        {
            context.Diagnostics.Report(
                ErrorCodes.BadRange, place, $"the cluster has {match.TotalNodes} nodes, and a node beyond them is named", $"nodes are 1 to {match.TotalNodes}",
                Convention.Usage(uint.IsPow2(match.NodeMask) ? "cluster match: `--cluster-local-node' must be <= `--cluster-total-nodes'" : "cluster match: `--cluster-local-nodemask' too big for `--cluster-total-nodes'"));
            return false;
        }

        return true;
    }
}
