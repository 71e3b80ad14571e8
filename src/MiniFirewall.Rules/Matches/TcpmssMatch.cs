using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>
/// -m tcpmss: the maximum segment size that a TCP header's options name (net/netfilter/xt_tcpmss.c). The kernel does not ask
/// whether the packet is a later fragment: the bytes at the protocol's offset count as a header.
/// </summary>
public sealed record TcpmssMatch(NumberRange Sizes, bool Negated) : Match
{
    public static MatchGrammar Grammar { get; } = new("tcpmss", new TcpmssMatch(NumberRange.All, false))
    {
        Protocol = ProtocolNames.Tcp,
        IsImplied = false,
        OneOf = ["mss"],
        Options =
        [
            Option<TcpmssMatch>.Value<NumberRange>(["mss"], NumberReaders.Range("segment size"), (_, range, not) => new(range, not), negatable: true),
        ],
    };

    public override string Name => "tcpmss";

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("tcpmss").Not(Negated).Word("--mss").Word(Sizes);

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Word("tcpmss match").Word($"{(Negated ? "!" : "")}{Sizes}");

    public override MatchResult Evaluate(Packet packet)
    {
        ReadOnlySpan<byte> tcp = ProtocolBytes.Of(packet);
        int headerSize = tcp.Length < TcpOptions.FixedSize ? 0 : (tcp[12] >> 4) * 4;
        if (headerSize < TcpOptions.FixedSize || tcp.Length < headerSize)
        {
            return MatchResult.Invalid;
        }

        int at = TcpOptions.FindSegmentSize(tcp[TcpOptions.FixedSize..headerSize]);
        bool isInRange = at >= 0 && Sizes.Contains(BinaryPrimitives.ReadUInt16BigEndian(tcp[(TcpOptions.FixedSize + at)..]));
        return isInRange != Negated ? MatchResult.Match : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        steps.Add(new DropWhen(new QuestionTest(new TcpHeaderCut())));
        steps.Add(new Require(new QuestionTest(new TcpSegmentSize(Sizes.Low, Sizes.High), Negated)));
    }
}
