using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>-m connlabel: a label bit of the packet's connection, which it can set too (net/netfilter/xt_connlabel.c).</summary>
/// <param name="Label">The bit, 0 to 127.</param>
/// <param name="Sets">The bit is set first; where that fails the packet does not match.</param>
public sealed record ConnlabelMatch(byte Label, bool Negated, bool Sets) : LackingMatch
{
    private const byte LastLabel = 127;

    public static MatchGrammar Grammar { get; } = new("connlabel", new ConnlabelMatch(0, false, false))
    {
        OneOf = ["label"],
        Options =
        [
            Option<ConnlabelMatch>.Value<uint>(["label"], NumberReaders.Number("connection label", 0, LastLabel), (m, label, not) => m with { Label = (byte)label, Negated = not }, negatable: true),
            Option<ConnlabelMatch>.Flag(["set"], (m, _) => m with { Sets = true }),
        ],
    };

    public override string Name => "connlabel";

    public override string Lack => Lacks.Connections;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("connlabel").Not(Negated).Word("--label").Word($"\"{Label}\"");
        if (Sets)
        {
            writer.Word("--set");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("connlabel").Not(Negated).Word($"{Label}");
        if (Sets)
        {
            writer.Word("set");
        }
    }
}
