using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m set: the packet is in a set (net/netfilter/xt_set.c, net/netfilter/ipset).</summary>
public sealed record SetMatch(SetReference Reference, bool Negated) : Match
{
    private static readonly SetReference None = new(new NamedSet("", 0, SetType.Networks, FamilySet.Both, new SetElements()), []);

    private static readonly ValueReader<ulong> Count = LongNumberReaders.Number("counter's value");

    public static MatchGrammar Grammar { get; } = new("set", new SetMatch(None, false))
    {
        OneOf = ["match-set"],
        MissingText = "You must specify `--match-set' with proper arguments",
        Options =
        [
            new OptionSpec(["match-set", "set"], 2, ReadMatchSet) { Negatable = true },
            Option<SetMatch>.Flag(["return-nomatch"], (m, _) => m with { WantsNomatch = true }),
            Option<SetMatch>.Flag(["update-counters"], (m, not) => m with { KeepsCounters = not }, negatable: true),
            Option<SetMatch>.Flag(["update-subcounters"], (m, not) => m with { KeepsSubcounters = not }, negatable: true),
            .. Compare("packets", (m, test) => m with { Packets = test }),
            .. Compare("bytes", (m, test) => m with { Bytes = test }),
        ],
    };

    public override string Name => "set";

    /// <summary>An element that says nomatch counts, and only such a one.</summary>
    public bool WantsNomatch { get; init; }

    /// <summary>The element's counters stay as they are; our elements have none, so it says nothing.</summary>
    public bool KeepsCounters { get; init; }

    /// <summary>As <see cref="KeepsCounters"/>, of the sets in a list of sets.</summary>
    public bool KeepsSubcounters { get; init; }

    public SetCounterTest? Packets { get; init; }

    public SetCounterTest? Bytes { get; init; }

    public override FamilySet Families => Set.Families;

    public override string? Lack => WantsNomatch ? "needs elements that say nomatch told from those that are not there, which miniFirewall does not do yet"
        : Packets is not null || Bytes is not null ? "needs counters of a set's elements, which miniFirewall does not keep yet"
        : null;

    private NamedSet Set => Reference.Set;

    private ImmutableArray<bool> Sources => Reference.Sources;

    public override void Print(RuleTextWriter writer) => Write(writer.Word("-m").Word("set"), "--");

    public override void List(RuleTextWriter writer, ListStyle style) => Write(writer, "");

    public override MatchResult Evaluate(Packet packet) => Lack is { } lack ? throw new NotSupportedException(lack) : IsIn(packet) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        if (Lack is { } lack)
        {
            throw new NotSupportedException(lack);
        }

        // Too few directions: no packet is in the set (ip_set_core.c, ip_set_test). More than the set has dimensions say nothing.
        ImmutableArray<SetPart> parts = Set.Type.Parts;
        steps.Add(new Require(Sources.Length < parts.Length || !Set.Families.Has(family)
            ? new RangeTest(Field.Protocol, [], Negated)
            : new SetTest(Set.Number, [.. parts.Select((part, i) => FieldOf(part, Sources[i]))], Negated)));
    }

    private static Field FieldOf(SetPart part, bool isSource) => part is SetPart.Address or SetPart.Network
        ? isSource ? Field.Source : Field.Destination
        : isSource ? Field.SourcePort : Field.DestinationPort;

    private bool IsIn(Packet packet)
    {
        ImmutableArray<SetPart> parts = Set.Type.Parts;
        if (Sources.Length < parts.Length || !Set.Families.Has(packet.Family))
        {
            return false;
        }

        bool hasAddress = Set.Type.Shape.Addresses > 0, isFirst = true;
        var key = new SetElement { Families = hasAddress ? packet.Family.ToSet() : FamilySet.Both };
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i] is SetPart.Address or SetPart.Network)
            {
                UInt128 address = Sources[i] ? packet.Source : packet.Destination;
                key = isFirst ? key with { First = address } : key with { Second = address };
                isFirst = false;
            }
            else if (PortOf(packet, Sources[i]) is not { } port || (parts[i] == SetPart.PlainPort && port.Protocol is not (IpProtocol.Tcp or IpProtocol.Udp)))
            {
                return false;
            }
            else
            {
                key = key with { Protocol = parts[i] == SetPart.Port ? port.Protocol : (byte)0, Port = port.Number };
            }
        }

        return Set.Holds(key);
    }

    /// <summary>A packet's protocol and port as sets have them; null where there are none to read (ip_set_getport.c).</summary>
    private static (byte Protocol, ushort Number)? PortOf(Packet packet, bool isSource)
    {
        TransportLocation transport = packet.Transport;
        byte protocol = transport.Protocol;
        byte none = packet.Family == Family.IPv4 ? (byte)0 : IpProtocol.NoNextHeader;
        if (transport.IsBroken || transport.FragmentOffset != 0 || protocol == none)
        {
            return null;
        }

        int needed = protocol switch
        {
            IpProtocol.Tcp => 20,
            IpProtocol.Sctp => 12,
            IpProtocol.Udp or IpProtocol.UdpLite or IpProtocol.Icmp or IpProtocol.Icmpv6 => 8,
            _ => 0,
        };
        ReadOnlySpan<byte> header = packet.TransportBytes;
        if (needed == 0)
        {
            return (protocol, 0);
        }

        bool isFirstWord = isSource || protocol is IpProtocol.Icmp or IpProtocol.Icmpv6;
        return header.Length < needed ? null : (protocol, BinaryPrimitives.ReadUInt16BigEndian(header[(isFirstWord ? 0 : 2)..]));
    }

    private void Write(RuleTextWriter writer, string dashes)
    {
        writer.Not(Negated).Word(dashes + "match-set").Word(Set.Name).Word(Reference.Directions);
        if (WantsNomatch)
        {
            writer.Word(dashes + "return-nomatch");
        }

        if (KeepsCounters)
        {
            writer.Not(true).Word(dashes + "update-counters");
        }

        if (KeepsSubcounters)
        {
            writer.Not(true).Word(dashes + "update-subcounters");
        }

        Packets?.Write(writer, dashes + "packets");
        Bytes?.Write(writer, dashes + "bytes");
    }

    private static object? ReadMatchSet(object state, OptionUse use) =>
        SetReference.Read(use) is { } reference ? (SetMatch)state with { Reference = reference, Negated = use.Negated } : null;

    private static OptionSpec[] Compare(string counter, Func<SetMatch, SetCounterTest, SetMatch> set) =>
    [
        Option<SetMatch>.Value([counter + "-eq"], Count, (m, value, not) => set(m, new(not ? CounterComparison.NotEqual : CounterComparison.Equal, value)), negatable: true, group: counter),
        Option<SetMatch>.Value([counter + "-lt"], Count, (m, value, _) => set(m, new(CounterComparison.Less, value)), group: counter),
        Option<SetMatch>.Value([counter + "-gt"], Count, (m, value, _) => set(m, new(CounterComparison.Greater, value)), group: counter),
    ];
}
