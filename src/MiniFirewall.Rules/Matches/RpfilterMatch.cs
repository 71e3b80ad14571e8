using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m rpfilter: the answer to a packet would leave by the interface that it came in by (net/ipv4/netfilter/ipt_rpfilter.c). The
/// kernel takes it in PREROUTING of raw and mangle only, so that in filter it is known and refused.
/// </summary>
public sealed record RpfilterMatch : Match
{
    private const string Elsewhere = "the kernel takes it in PREROUTING of the raw and mangle tables only";

    public static MatchGrammar Grammar { get; } = new("rpfilter", new RpfilterMatch())
    {
        Check = Refuse,
        Options =
        [
            Option<RpfilterMatch>.Flag(["loose"], (m, _) => m),
            Option<RpfilterMatch>.Flag(["validmark"], (m, _) => m),
            Option<RpfilterMatch>.Flag(["accept-local"], (m, _) => m),
            Option<RpfilterMatch>.Flag(["invert"], (m, _) => m),
        ],
    };

    public override string Name => "rpfilter";

    public override string Lack => Elsewhere;

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("rpfilter");

    public override MatchResult Evaluate(Packet packet) => throw new NotSupportedException(Lack);

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => throw new NotSupportedException(Lack);

    private static bool Refuse(object state, Word place, ReadContext context)
    {
        context.Diagnostics.Report(ErrorCodes.WrongChain, place, "match rpfilter cannot stand in the filter table", Elsewhere, Convention.InvalidArgument);
        return false;
    }
}
