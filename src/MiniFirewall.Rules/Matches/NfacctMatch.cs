using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m nfacct: counts the packet in an accounting object, and matches (net/netfilter/xt_nfacct.c).</summary>
/// <param name="Object">The object's name, up to 31 bytes.</param>
public sealed record NfacctMatch(string Object) : LackingMatch
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

    public override string Lack => "needs accounting objects of the kernel, in which only its own tables count; rules have counters of their own";

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("nfacct").Word("--nfacct-name").Word(Object);

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("nfacct-name").Word("").Word(Object);
}
