using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>-m quota: matches until so many bytes have matched (net/netfilter/xt_quota.c).</summary>
public sealed record QuotaMatch(ulong Bytes, bool Negated) : Match
{
    public static MatchGrammar Grammar { get; } = new("quota", new QuotaMatch(0, false))
    {
        OneOf = ["quota"],
        Options =
        [
            Option<QuotaMatch>.Value(["quota"], LongNumberReaders.Number("number of bytes"), (_, bytes, not) => new(bytes, not), negatable: true),
        ],
    };

    public override string Name => "quota";

    private ByteQuota Quota => new(Bytes);

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("quota").Not(Negated).Word("--quota").Word($"{Bytes}");

    /// <summary>Upstream does not show a negation here.</summary>
    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("quota:").Word($"{Bytes}").Word("bytes");

    /// <summary>The answer of a whole quota: what is left of a rule's own is the kernel's.</summary>
    public override MatchResult Evaluate(Packet packet) => Quota.Ask(packet) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Quota, Negated)));
}
