using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m tcp: ports, flags and options of a TCP header (net/netfilter/xt_tcpudp.c, tcp_mt).</summary>
public sealed record TcpMatch : Match
{
    private const int HeaderSize = 20;

    private static readonly (string Name, uint Value)[] FlagNames =
    [
        ("FIN", 0x01), ("SYN", 0x02), ("RST", 0x04), ("PSH", 0x08), ("ACK", 0x10), ("URG", 0x20), ("ALL", 0x3f), ("NONE", 0),
    ];

    public static MatchGrammar Grammar { get; } = new("tcp", new TcpMatch())
    {
        Protocol = ProtocolNames.Tcp,
        Options =
        [
            Option<TcpMatch>.Value<NumberRange>(["sport", "source-port"], PortReaders.Range("tcp", "tcp"), (m, range, not) => m with { SourcePorts = range, NotSource = not }, negatable: true),
            Option<TcpMatch>.Value<NumberRange>(["dport", "destination-port"], PortReaders.Range("tcp", "tcp"), (m, range, not) => m with { DestinationPorts = range, NotDestination = not }, negatable: true),
            Option<TcpMatch>.Flag(["syn"], (m, not) => m with { FlagMask = 0x17, FlagValue = 0x02, NotFlags = not }, negatable: true, group: "flags"),
            Option<TcpMatch>.Pair<uint>(["tcp-flags"], NameReaders.Flags("TCP flag", FlagNames, word => Convention.Usage($"Unknown TCP flag `{word}'")), (m, mask, value, not) => m with { FlagMask = (byte)mask, FlagValue = (byte)value, NotFlags = not }, negatable: true, group: "flags"),
            Option<TcpMatch>.Value<uint>(["tcp-option"], NumberReaders.Number("TCP option number", 1, 255), (m, kind, not) => m with { OptionKind = (byte)kind, NotOption = not }, negatable: true),
        ],
    };

    public override string Name => "tcp";

    public NumberRange SourcePorts { get; init; } = NumberRange.All;

    public bool NotSource { get; init; }

    public NumberRange DestinationPorts { get; init; } = NumberRange.All;

    public bool NotDestination { get; init; }

    /// <summary>The flags that are looked at, as byte 13 of the header has them.</summary>
    public byte FlagMask { get; init; }

    /// <summary>The flags, of those looked at, that are set.</summary>
    public byte FlagValue { get; init; }

    public bool NotFlags { get; init; }

    /// <summary>The kind of a TCP option that is present; null where not asked.</summary>
    public byte? OptionKind { get; init; }

    public bool NotOption { get; init; }

    private bool AsksFlags => FlagMask != 0 || FlagValue != 0 || NotFlags;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("tcp");
        PrintPorts(writer, "--sport", SourcePorts, NotSource);
        PrintPorts(writer, "--dport", DestinationPorts, NotDestination);
        if (OptionKind is { } kind)
        {
            writer.Not(NotOption).Word("--tcp-option").Word($"{kind}");
        }

        if (AsksFlags)
        {
            writer.Not(NotFlags).Word("--tcp-flags").Word(PrintFlags(FlagMask)).Word(PrintFlags(FlagValue));
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        var listing = new PortListing(style, "tcp");
        writer.Word("tcp");
        listing.List(writer, "spt", SourcePorts, NotSource);
        listing.List(writer, "dpt", DestinationPorts, NotDestination);
        if (OptionKind is { } kind)
        {
            writer.Word($"option={(NotOption ? "!" : "")}{kind}");
        }

        if (AsksFlags)
        {
            string flags = style.IsNumeric ? $"0x{FlagMask:X2}/0x{FlagValue:X2}" : $"{PrintFlags(FlagMask)}/{PrintFlags(FlagValue)}";
            writer.Word($"flags:{(NotFlags ? "!" : "")}{flags}");
        }
    }

    public override MatchResult Evaluate(Packet packet)
    {
        // A fragment 8 bytes in could overwrite the flags of the first one.
        if (packet.Family == Family.IPv4 && packet.Transport.FragmentOffset == 1)
        {
            return MatchResult.Invalid;
        }

        MatchResult header = TransportChecks.Evaluate(packet, HeaderSize);
        if (header != MatchResult.Match)
        {
            return header;
        }

        ReadOnlySpan<byte> tcp = packet.TransportBytes;
        bool matches = SourcePorts.Contains(BinaryPrimitives.ReadUInt16BigEndian(tcp)) != NotSource
            && DestinationPorts.Contains(BinaryPrimitives.ReadUInt16BigEndian(tcp[2..])) != NotDestination
            && ((tcp[13] & FlagMask) == FlagValue) != NotFlags;
        return matches ? EvaluateOption(tcp) : MatchResult.Miss;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        if (family == Family.IPv4)
        {
            steps.Add(new DropWhen(FieldTest.Equal(Field.FragmentOffset, 1)));
        }

        TransportChecks.Lower(steps, HeaderSize);
        TransportChecks.LowerRange(steps, Field.SourcePort, SourcePorts, NotSource);
        TransportChecks.LowerRange(steps, Field.DestinationPort, DestinationPorts, NotDestination);
        if (AsksFlags)
        {
            steps.Add(new Require(new FieldTest(Field.TcpFlags, FlagMask, FlagValue, NotFlags)));
        }

        if (OptionKind is { } kind)
        {
            steps.Add(new DropWhen(RangeTest.Between(Field.TcpDataOffset, 0, (HeaderSize / 4) - 1)));
            steps.Add(new DropWhen(FieldTest.Equal(Field.TcpOptionsCut, 1)));
            steps.Add(new Require(new QuestionTest(new TcpOption(kind), NotOption)));
        }
    }

    private MatchResult EvaluateOption(ReadOnlySpan<byte> tcp)
    {
        if (OptionKind is not { } kind)
        {
            return MatchResult.Match;
        }

        int headerSize = (tcp[12] >> 4) * 4;
        if (headerSize < HeaderSize || tcp.Length < headerSize)
        {
            return MatchResult.Invalid;
        }

        return HasOption(tcp[HeaderSize..headerSize], kind) != NotOption ? MatchResult.Match : MatchResult.Miss;
    }

    /// <summary>tcp_find_option: kinds 0 and 1 are one byte long, a length of zero counts as one.</summary>
    private static bool HasOption(ReadOnlySpan<byte> options, byte kind)
    {
        int at = 0;
        while (at < options.Length)
        {
            if (options[at] == kind)
            {
                return true;
            }

            bool isSingle = options[at] < 2 || at + 1 == options.Length;
            at += isSingle ? 1 : Math.Max((int)options[at + 1], 1);
        }

        return false;
    }

    internal static void PrintPorts(RuleTextWriter writer, string option, NumberRange ports, bool negated)
    {
        if (ports != NumberRange.All || negated)
        {
            writer.Not(negated).Word(option).Word(ports);
        }
    }

    private static string PrintFlags(byte flags) =>
        flags == 0 ? "NONE" : string.Join(',', FlagNames.Take(6).Where(flag => (flags & flag.Value) != 0).Select(flag => flag.Name));
}
