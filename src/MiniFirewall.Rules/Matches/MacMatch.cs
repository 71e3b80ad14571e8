using System.Collections.Immutable;
using System.Globalization;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m mac: the source address of the Ethernet header that the packet came in with (net/netfilter/xt_mac.c). Without such a
/// header it does not match, negated or not.
/// </summary>
/// <param name="Source">48 bits, the first byte most significant.</param>
public sealed record MacMatch(ulong Source, bool Negated) : Match
{
    private const int Bytes = 6;

    public static MatchGrammar Grammar { get; } = new("mac", new MacMatch(0, false))
    {
        OneOf = ["mac-source"],
        Options =
        [
            Option<MacMatch>.Value<ulong>(["mac-source"], Read, (_, address, not) => new(address, not), negatable: true),
        ],
    };

    public override string Name => "mac";

    public override string? RefusalAt(Hook hook) => hook == Hook.LocalOut ? "packets that leave this machine came from no other" : null;

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("mac").Not(Negated).Word("--mac-source").Word(Spelling);

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("MAC").Not(Negated).Word(Spelling);

    public override MatchResult Evaluate(Packet packet) => new LinkSourceIs(Source, Negated).Ask(packet) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) =>
        steps.Add(new Require(new QuestionTest(new LinkSourceIs(Source, Negated))));

    private string Spelling => string.Join(':', Enumerable.Range(1, Bytes).Select(i => $"{(byte)(Source >> (8 * (Bytes - i))):x2}"));

    private static bool Read(Word word, ReadContext context, out ulong address)
    {
        address = 0;
        string[] parts = word.Text.Split(':');
        foreach (string part in parts)
        {
            if (parts.Length != Bytes || part.Length is 0 or > 2 || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                context.Diagnostics.Report(
                    ErrorCodes.BadLinkAddress, word, $"{Show.Word(word.Text)} is not an Ethernet address", "write six bytes in hexadecimal, such as 02:00:5e:10:00:01");
                return false;
            }

            address = (address << 8) | value;
        }

        return true;
    }
}
