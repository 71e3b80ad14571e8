using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Connections;

/// <summary>-m helper: the connection was announced by a connection of this helper's, such as ftp (net/netfilter/xt_helper.c).</summary>
/// <param name="Helper">The helper's name; empty for any.</param>
public sealed record HelperMatch(string Helper, bool Negated) : KernelMatch
{
    private const int MostBytes = 29;

    public static MatchGrammar Grammar { get; } = new("helper", new HelperMatch("", false))
    {
        OneOf = ["helper"],
        Options =
        [
            Option<HelperMatch>.Value(["helper"], TextReaders.Text("helper", 0, MostBytes), (_, name, not) => new(name, not), negatable: true, takesText: true),
        ],
    };

    public override string Name => "helper";

    protected override bool WantsOthers => Negated;

    /// <summary>struct xt_helper_info: whether inverted, 30 bytes of name.</summary>
    protected override byte[] Information(Family family)
    {
        const int Length = 40, NameAt = 4;
        byte[] information = new byte[Length];
        Encoding.UTF8.GetBytes(Helper, information.AsSpan(NameAt));
        return information;
    }

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("helper").Not(Negated).Word("--helper").Value(Helper);

    public override void List(RuleTextWriter writer, ListStyle style) =>
        writer.Word("helper").Word("match").Not(Negated).Word($"\"{Helper}\"");
}
