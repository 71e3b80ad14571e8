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
/// -m ah: an authentication header. Of IPv4 it is the transport header, and -p ah must say so (net/ipv4/netfilter/ipt_ah.c); of
/// IPv6 the first one in the chain of extension headers, whatever the protocol (net/ipv6/netfilter/ip6t_ah.c).
/// </summary>
/// <param name="Length">The header's whole length, bytes; IPv6 only, and 0 asks nothing, negated or not. Null where not given.</param>
/// <param name="IsReservedZero">--ahres: the reserved field is zero. IPv6 only.</param>
public sealed record AhMatch(SpiRange Spis, uint? Length, bool NotLength, bool IsReservedZero) : Match
{
    private const int HeaderSize = 12, LengthAt = 1, ReservedAt = 2, SpiAt = 4;

    public static MatchGrammar Grammar { get; } = new("ah", new AhMatch(SpiRange.All, null, false, false))
    {
        Protocol = ProtocolNames.Ah,
        ProtocolFamilies = FamilySet.IPv4,
        Options =
        [
            Option<AhMatch>.Value<SpiRange>(["ahspi"], SpiRange.Read, (m, range, not) => m with { Spis = range with { Negated = not } }, negatable: true),
            Option<AhMatch>.Value<uint>(["ahlen"], NumberReaders.Number("length", 0, uint.MaxValue), (m, length, not) => m with { Length = length == 0 && !not ? null : length, NotLength = not }, negatable: true),
            Option<AhMatch>.Flag(["ahres"], (m, _) => m with { IsReservedZero = true }),
        ],
    };

    public override string Name => "ah";

    public override FamilySet Families => Length is not null || IsReservedZero ? FamilySet.IPv6 : FamilySet.Both;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("ah");
        Spis.Print(writer, "--ahspi");
        if (Length is { } length)
        {
            writer.Not(NotLength).Word("--ahlen").Word($"{length}");
        }

        if (IsReservedZero)
        {
            writer.Word("--ahres");
        }
    }

    /// <summary>As upstream shows it: no blank between index and length.</summary>
    public override void List(RuleTextWriter writer, ListStyle style)
    {
        string length = Length is { } bytes ? $"length:{(NotLength ? "!" : "")}{bytes}" : "";
        writer.Word("ah").Word(Spis.ListText + length);
        if (IsReservedZero)
        {
            writer.Word("reserved");
        }
    }

    public override MatchResult Evaluate(Packet packet)
    {
        if (packet.Family == Family.IPv4)
        {
            MatchResult header = TransportChecks.Evaluate(packet, HeaderSize);
            return header == MatchResult.Match ? Judge(packet.TransportBytes) : header;
        }

        var search = HeaderSearch.For(IpProtocol.Authentication, packet.Bytes);
        return new HeaderUnreadable(IpProtocol.Authentication, HeaderSize).Ask(packet) ? MatchResult.Invalid
            : search.End == HeaderSearchEnd.Found ? Judge(packet.Bytes[search.Offset..])
            : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        if (family == Family.IPv4)
        {
            TransportChecks.Lower(steps, HeaderSize);
            SpiLowering.Lower(steps, new HeaderNumber(HeaderStart.Transport, SpiAt, 4, uint.MaxValue, Spis.Low, Spis.High), Spis);
            return;
        }

        steps.Add(new DropWhen(new QuestionTest(new HeaderUnreadable(IpProtocol.Authentication, HeaderSize))));
        steps.Add(new Require(new QuestionTest(Number(SpiAt, 4, 0, 0, 0))));
        SpiLowering.Lower(steps, Number(SpiAt, 4, uint.MaxValue, Spis.Low, Spis.High), Spis);
        if (Length is { } length and not 0)
        {
            steps.Add(new Require(new QuestionTest(LengthNumber(length), NotLength)));
        }

        if (IsReservedZero)
        {
            steps.Add(new Require(new QuestionTest(Number(ReservedAt, 2, ushort.MaxValue, 0, 0))));
        }
    }

    private static ExtensionNumber Number(int offset, int bytes, uint mask, uint low, uint high) =>
        new(IpProtocol.Authentication, offset, bytes, mask, low, high);

    /// <summary>The header counts its length in words, two of them left out; a length that it cannot have is an empty range.</summary>
    private static ExtensionNumber LengthNumber(uint length)
    {
        uint words = (length / 4) - 2;
        return length % 4 == 0 && words <= byte.MaxValue ? Number(LengthAt, 1, byte.MaxValue, words, words) : Number(LengthAt, 1, byte.MaxValue, 1, 0);
    }

    private MatchResult Judge(ReadOnlySpan<byte> header)
    {
        int length = (header[LengthAt] + 2) * 4;
        bool matches = Spis.Contains(BinaryPrimitives.ReadUInt32BigEndian(header[SpiAt..]))
            && (Length is null or 0 || length == Length != NotLength)
            && (!IsReservedZero || BinaryPrimitives.ReadUInt16BigEndian(header[ReservedAt..]) == 0);
        return matches ? MatchResult.Match : MatchResult.Miss;
    }
}
