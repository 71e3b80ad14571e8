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

/// <summary>-m dccp: ports, packet type and options of a DCCP header (net/netfilter/xt_dccp.c).</summary>
public sealed record DccpMatch : Match
{
    private const int HeaderSize = 12, TypeAt = 8, MostTypes = 16;

    /// <summary>Types by number; INVALID stands for all that are not assigned.</summary>
    private static readonly (string Name, uint Value)[] TypeNames =
    [
        ("REQUEST", 1 << 0), ("RESPONSE", 1 << 1), ("DATA", 1 << 2), ("ACK", 1 << 3), ("DATAACK", 1 << 4), ("CLOSEREQ", 1 << 5),
        ("CLOSE", 1 << 6), ("RESET", 1 << 7), ("SYNC", 1 << 8), ("SYNCACK", 1 << 9), ("INVALID", 0xfc00),
    ];

    public static MatchGrammar Grammar { get; } = new("dccp", new DccpMatch())
    {
        Protocol = ProtocolNames.Dccp,
        Options =
        [
            Option<DccpMatch>.Value<NumberRange>(["sport", "source-port"], PortReaders.Range("dccp", PortReaders.AnyProtocol), (m, range, not) => m with { SourcePorts = range, NotSource = not }, negatable: true),
            Option<DccpMatch>.Value<NumberRange>(["dport", "destination-port"], PortReaders.Range("dccp", PortReaders.AnyProtocol), (m, range, not) => m with { DestinationPorts = range, NotDestination = not }, negatable: true),
            Option<DccpMatch>.Value<uint>(["dccp-types"], NameReaders.Flags("DCCP packet type", TypeNames), (m, types, not) => m with { Types = (ushort)types, NotTypes = not }, negatable: true),
            Option<DccpMatch>.Value<uint>(["dccp-option"], NumberReaders.Number("DCCP option number", 1, 255), (m, kind, not) => m with { OptionKind = (byte)kind, NotOption = not }, negatable: true),
        ],
    };

    public override string Name => "dccp";

    /// <summary>Null where not asked; all ports are printed as they were given.</summary>
    public NumberRange? SourcePorts { get; init; }

    public bool NotSource { get; init; }

    /// <summary>As <see cref="SourcePorts"/>.</summary>
    public NumberRange? DestinationPorts { get; init; }

    public bool NotDestination { get; init; }

    /// <summary>Bit N is packet type N; null where not asked.</summary>
    public ushort? Types { get; init; }

    public bool NotTypes { get; init; }

    /// <summary>The kind of an option that is present; null where not asked.</summary>
    public byte? OptionKind { get; init; }

    public bool NotOption { get; init; }

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("dccp");
        GivenPorts.Print(writer, "--sport", SourcePorts, NotSource);
        GivenPorts.Print(writer, "--dport", DestinationPorts, NotDestination);
        if (Types is { } types)
        {
            writer.Not(NotTypes).Word("--dccp-types").Word(PrintTypes(types, isNumeric: false));
        }

        if (OptionKind is { } kind)
        {
            writer.Not(NotOption).Word("--dccp-option").Word($"{kind}");
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("dccp");
        GivenPorts.List(writer, "spt", SourcePorts, NotSource, new(style, "dccp"));
        GivenPorts.List(writer, "dpt", DestinationPorts, NotDestination, new(style, "dccp"));
        if (Types is { } types)
        {
            writer.Not(NotTypes).Word(PrintTypes(types, style.IsNumeric));
        }

        if (OptionKind is { } kind)
        {
            writer.Word($"option={(NotOption ? "!" : "")}{kind}");
        }
    }

    public override MatchResult Evaluate(Packet packet)
    {
        MatchResult header = TransportChecks.Evaluate(packet, HeaderSize);
        if (header != MatchResult.Match)
        {
            return header;
        }

        ReadOnlySpan<byte> dccp = packet.TransportBytes;
        bool matches = GivenPorts.Contain(SourcePorts, BinaryPrimitives.ReadUInt16BigEndian(dccp), NotSource)
            && GivenPorts.Contain(DestinationPorts, BinaryPrimitives.ReadUInt16BigEndian(dccp[2..]), NotDestination)
            && (Types is not { } types || ((types >> ((dccp[TypeAt] >> 1) & 0xf)) & 1) != 0 != NotTypes);
        return !matches ? MatchResult.Miss : OptionKind is { } kind ? EvaluateOption(packet, kind) : MatchResult.Match;
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        TransportChecks.Lower(steps, HeaderSize);
        GivenPorts.Lower(steps, Field.SourcePort, SourcePorts, NotSource);
        GivenPorts.Lower(steps, Field.DestinationPort, DestinationPorts, NotDestination);
        if (Types is { } types)
        {
            steps.Add(new Require(new QuestionTest(new DccpType(types), NotTypes)));
        }

        if (OptionKind is { } kind)
        {
            steps.Add(new DropWhen(new QuestionTest(new DccpOptionsCut())));
            steps.Add(new Require(new QuestionTest(new DccpOption(kind), NotOption)));
        }
    }

    private MatchResult EvaluateOption(Packet packet, byte kind) =>
        new DccpOptionsCut().Ask(packet) ? MatchResult.Invalid
        : new DccpOption(kind).Ask(packet) != NotOption ? MatchResult.Match
        : MatchResult.Miss;

    /// <summary>iptables -L -n has each of INVALID's numbers.</summary>
    private static string PrintTypes(ushort types, bool isNumeric) => string.Join(',', isNumeric
        ? Enumerable.Range(0, MostTypes).Where(type => ((types >> type) & 1) != 0).Select(type => $"{type}")
        : TypeNames.Where(entry => (types & entry.Value) != 0).Select(entry => entry.Name));
}
