using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m cgroup: the cgroup of the socket that a packet belongs to (net/netfilter/xt_cgroup.c). Without a socket it does not match,
/// negated or not; in INPUT only packets that the kernel has found a socket for early have one.
/// </summary>
/// <param name="Path">Of cgroup version 2, from its root; null where the class is asked for.</param>
/// <param name="Class">The class of the net_cls controller.</param>
public sealed record CgroupMatch(string? Path, uint Class, bool Negated) : Match
{
    private const int LongestPath = 511;

    public static MatchGrammar Grammar { get; } = new("cgroup", new CgroupMatch(null, 0, false))
    {
        OneOf = ["path", "cgroup"],
        Options =
        [
            Option<CgroupMatch>.Value<string>(["path"], TextReaders.Text("path", 0, LongestPath), (_, path, not) => new(path, 0, not), negatable: true, group: "cgroup", takesText: true),
            Option<CgroupMatch>.Value<uint>(["cgroup"], NumberReaders.Number("class of net_cls", 0, uint.MaxValue), (_, id, not) => new(null, id, not), negatable: true, group: "cgroup"),
        ],
    };

    public override string Name => "cgroup";

    public override string? Lack => Path is null ? null : "--path needs the number of the cgroup that the path leads to, which miniFirewall does not look for yet";

    public override string? RefusalAt(Hook hook) => hook == Hook.Forward ? "packets that are forwarded belong to no socket" : null;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("cgroup").Not(Negated);
        _ = Path is null ? writer.Word("--cgroup").Word($"{Class}") : writer.Word("--path").Value(Path);
    }

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("cgroup").Not(Negated).Word(Path ?? $"{Class}");

    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question)));

    private SocketClassIs Question => Lack is null ? new(Class, Negated) : throw new NotSupportedException(Lack);
}
