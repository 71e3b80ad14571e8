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

/// <summary>-m sctp: ports and chunks of an SCTP packet (net/netfilter/xt_sctp.c).</summary>
public sealed record SctpMatch : Match
{
    private const int HeaderSize = 12;

    public static MatchGrammar Grammar { get; } = new("sctp", new SctpMatch())
    {
        Protocol = ProtocolNames.Sctp,
        Options =
        [
            Option<SctpMatch>.Value<NumberRange>(["sport", "source-port"], PortReaders.Range("sctp", "sctp"), (m, range, not) => m with { SourcePorts = range, NotSource = not }, negatable: true),
            Option<SctpMatch>.Value<NumberRange>(["dport", "destination-port"], PortReaders.Range("sctp", "sctp"), (m, range, not) => m with { DestinationPorts = range, NotDestination = not }, negatable: true),
            new(["chunk-types"], 2, ReadChunks) { Negatable = true },
        ],
    };

    public override string Name => "sctp";

    /// <summary>Null where not asked; all ports are printed as they were given.</summary>
    public NumberRange? SourcePorts { get; init; }

    public bool NotSource { get; init; }

    /// <summary>As <see cref="SourcePorts"/>.</summary>
    public NumberRange? DestinationPorts { get; init; }

    public bool NotDestination { get; init; }

    /// <summary>Null where not asked.</summary>
    public SctpChunks? Chunks { get; init; }

    public bool NotChunks { get; init; }

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("sctp");
        GivenPorts.Print(writer, "--sport", SourcePorts, NotSource);
        GivenPorts.Print(writer, "--dport", DestinationPorts, NotDestination);
        if (Chunks is { } chunks)
        {
            writer.Not(NotChunks).Word("--chunk-types").Word(SctpChunkList.Print(chunks.Mode)).Word(SctpChunkList.Print(chunks.Set));
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("sctp");
        GivenPorts.List(writer, "spt", SourcePorts, NotSource, new(style, "sctp"));
        GivenPorts.List(writer, "dpt", DestinationPorts, NotDestination, new(style, "sctp"));
        if (Chunks is { } chunks)
        {
            writer.Not(NotChunks).Word(SctpChunkList.Print(chunks.Mode)).Word(SctpChunkList.Print(chunks.Set, style.IsNumeric));
        }
    }

    public override MatchResult Evaluate(Packet packet)
    {
        MatchResult header = TransportChecks.Evaluate(packet, HeaderSize);
        if (header != MatchResult.Match)
        {
            return header;
        }

        ReadOnlySpan<byte> sctp = packet.TransportBytes;
        bool portsMatch = GivenPorts.Contain(SourcePorts, BinaryPrimitives.ReadUInt16BigEndian(sctp), NotSource)
            && GivenPorts.Contain(DestinationPorts, BinaryPrimitives.ReadUInt16BigEndian(sctp[2..]), NotDestination);
        return !portsMatch ? MatchResult.Miss : Chunks is null ? MatchResult.Match : EvaluateChunks(Chunks.Answer(packet));
    }

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        TransportChecks.Lower(steps, HeaderSize);
        GivenPorts.Lower(steps, Field.SourcePort, SourcePorts, NotSource);
        GivenPorts.Lower(steps, Field.DestinationPort, DestinationPorts, NotDestination);
        if (Chunks is { } chunks)
        {
            steps.Add(new DropWhen(new QuestionTest(chunks with { AsksBroken = true })));
            steps.Add(new Require(new QuestionTest(chunks, NotChunks)));
        }
    }

    private MatchResult EvaluateChunks(SctpChunkAnswer answer) => answer switch
    {
        SctpChunkAnswer.Broken => MatchResult.Invalid,
        SctpChunkAnswer.Yes => NotChunks ? MatchResult.Miss : MatchResult.Match,
        _ => NotChunks ? MatchResult.Match : MatchResult.Miss,
    };

    private static object? ReadChunks(object state, OptionUse use)
    {
        bool read = SctpChunkList.ReadMode(use.First, use.Context, out SctpChunkMode mode);
        read &= SctpChunkList.ReadSet(use.Second, use.Context, out SctpChunkSet set);
        return read ? (SctpMatch)state with { Chunks = new SctpChunks(mode, set, AsksBroken: false), NotChunks = use.Negated } : null;
    }
}
