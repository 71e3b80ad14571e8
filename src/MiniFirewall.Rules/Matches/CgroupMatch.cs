using System.Collections.Immutable;
using System.Globalization;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m cgroup: the cgroup of the socket that a packet belongs to (net/netfilter/xt_cgroup.c). Without a socket it does not match,
/// negated or not; in INPUT only packets that the kernel has found a socket for early have one.
/// </summary>
/// <param name="Path">Of cgroup version 2, from its root; null where the class is asked for.</param>
/// <param name="Class">The class of the net_cls controller.</param>
/// <param name="Found">The cgroup that the path led to when it was read; null where there was none. Does not count for equality.</param>
public sealed record CgroupMatch(string? Path, uint Class, bool Negated, Cgroup? Found = null) : Match
{
    private const int LongestPath = 511;

    public static MatchGrammar Grammar { get; } = new("cgroup", new CgroupMatch(null, 0, false))
    {
        OneOf = ["path", "cgroup"],
        Options =
        [
            Option<CgroupMatch>.Value<(string Path, Cgroup? Found)>(["path"], ReadPath, (_, read, not) => new(read.Path, 0, not, read.Found), negatable: true, group: "cgroup", takesText: true),
            Option<CgroupMatch>.Value<uint>(["cgroup"], NumberReaders.Number("class of net_cls", 0, uint.MaxValue), (_, id, not) => new(null, id, not), negatable: true, group: "cgroup"),
        ],
    };

    public override string Name => "cgroup";

    public override string? Lack => Path is null || Found is not null ? null : $"there is no cgroup {Show.Word(Path)} of version 2, or it is not mounted here";

    public override string? ReadWith => Found is { } found ? string.Create(CultureInfo.InvariantCulture, $"cgroup {found.Id} {found.Level}") : null;

    public override string? RefusalAt(Hook hook) => hook == Hook.Forward ? "packets that are forwarded belong to no socket" : null;

    public bool Equals(CgroupMatch? other) => other is not null && Path == other.Path && Class == other.Class && Negated == other.Negated;

    public override int GetHashCode() => HashCode.Combine(Path, Class, Negated);

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("cgroup").Not(Negated);
        _ = Path is null ? writer.Word("--cgroup").Word($"{Class}") : writer.Word("--path").Value(Path);
    }

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("cgroup").Not(Negated).Word(Path ?? $"{Class}");

    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question)));

    /// <summary>A cgroup that is gone (the rule was in force before) is none of any socket's; its number is never given again.</summary>
    private Question Question => Path is null ? new SocketClassIs(Class, Negated) : new SocketCgroupUnder(Found?.Id ?? 0, Found?.Level ?? 0, Negated);

    private static bool ReadPath(Word word, ReadContext context, out (string Path, Cgroup? Found) read)
    {
        bool isRead = TextReaders.Text("path", 0, LongestPath)(word, context, out string path);
        read = (path, context.Cgroups?.Find(path));
        return isRead;
    }
}
