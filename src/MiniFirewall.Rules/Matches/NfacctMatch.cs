using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m nfacct: counts the packet in an accounting object, and matches (net/netfilter/xt_nfacct.c); the kernel counts it, behind the rules. With a quota it
/// would match from its end on: whether that has come nobody can ask, so such an object is refused when it is looked up.
/// </summary>
/// <param name="Object">The object's name, up to 31 bytes.</param>
public sealed record NfacctMatch(string Object) : Match
{
    private const int MostNameBytes = 31;

    public static MatchGrammar Grammar { get; } = new("nfacct", new NfacctMatch(""))
    {
        OneOf = ["nfacct-name"],
        Options =
        [
            Option<NfacctMatch>.Value<string>(["nfacct-name"], TextReaders.Text("name of the object", 1, MostNameBytes), (_, name, _) => new(name), takesText: true),
        ],
    };

    public override string Name => "nfacct";

    public override HandedToTarget HandsTo => new("nfacct", 0, [.. Information()], Decides: false) { IsMatch = true };

    public override MatchResult Evaluate(Packet packet) => MatchResult.Match;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        steps.Add(new DropWhen(new QuestionTest(HandsTo, Negated: true)));
    }

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("nfacct").Word("--nfacct-name").Word(Object);

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("nfacct-name").Word("").Word(Object);

    /// <summary>struct xt_nfacct_match_info: 32 bytes of name, and the kernel's own pointer.</summary>
    private byte[] Information()
    {
        byte[] information = new byte[MostNameBytes + 1 + sizeof(ulong)];
        Encoding.UTF8.GetBytes(Object, information);
        return information;
    }
}
