using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Rules.Text;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m set: the packet is in a set (net/netfilter/xt_set.c, net/netfilter/ipset). Two with sets of one name are equal.</summary>
/// <param name="Sources">For each dimension, whether it is read from the packet's source.</param>
public sealed record SetMatch(NamedSet Set, ImmutableArray<bool> Sources, bool Negated) : Match
{
    private const int MostDimensions = 6;
    private const string StateReason = "elements have no state yet; leave it out";

    private static readonly NamedSet None = new("", 0, SetType.Networks, FamilySet.Both, new SetElements());

    public static MatchGrammar Grammar { get; } = new("set", new SetMatch(None, [], false))
    {
        OneOf = ["match-set"],
        MissingText = "You must specify `--match-set' with proper arguments",
        Options =
        [
            new OptionSpec(["match-set"], 2, ReadMatchSet) { Negatable = true },
            Refused("return-nomatch", 0, "an element that says nomatch keeps a packet out of the set, and nothing more"),
            Refused("update-counters", 0, StateReason),
            Refused("update-subcounters", 0, StateReason),
            Refused("packets-eq", 1, StateReason),
            Refused("packets-lt", 1, StateReason),
            Refused("packets-gt", 1, StateReason),
            Refused("bytes-eq", 1, StateReason),
            Refused("bytes-lt", 1, StateReason),
            Refused("bytes-gt", 1, StateReason),
            Refused("set", 2, "write --match-set"),
        ],
    };

    public override string Name => "set";

    public override FamilySet Families => Set.Families;

    public bool Equals(SetMatch? other) =>
        other is not null && Set.Name == other.Set.Name && Negated == other.Negated && Sources.SequenceEqual(other.Sources);

    public override int GetHashCode() => HashCode.Combine(Set.Name, Negated, Sources.Length);

    public override void Print(RuleTextWriter writer) => writer.Word("-m").Word("set").Not(Negated).Word("--match-set").Word(Set.Name)
        .Word(string.Join(',', Sources.Select(isSource => isSource ? "src" : "dst")));

    public override void List(RuleTextWriter writer, ListStyle style) => writer.Not(Negated).Word("match-set").Word(Set.Name)
        .Word(string.Join(',', Sources.Select(isSource => isSource ? "src" : "dst")));

    public override MatchResult Evaluate(Packet packet) => IsIn(packet) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
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

    private static object? ReadMatchSet(object state, OptionUse use)
    {
        Word name = use.First;
        DiagnosticBag diagnostics = use.Context.Diagnostics;
        bool read = TryReadDirections(use.Second, diagnostics, out ImmutableArray<bool> sources);
        if (!use.Context.Sets.TryGetValue(name.Text, out NamedSet? set))
        {
            diagnostics.Report(
                ErrorCodes.NoSuchSet, name, $"set {Show.Word(name.Text)} does not exist",
                Nearest.HintOr(name.Text, use.Context.Sets.Keys, $"make it on a line above: set NAME {{ {SetNotation.Example(SetType.Networks)} }}"), Convention.Usage($"Set {name.Text} doesn't exist.\n"));
            return null;
        }

        return read ? new SetMatch(set, sources, use.Negated) : null;
    }

    private static bool TryReadDirections(Word word, DiagnosticBag diagnostics, out ImmutableArray<bool> sources)
    {
        Word[] parts = [.. word.Split(',')];
        sources = [.. parts.Select(part => part.Text == "src")];
        if (parts.Length > MostDimensions)
        {
            diagnostics.Report(ErrorCodes.BadDirection, word, $"more than {MostDimensions} directions", "write one for each part of the set's elements");
            return false;
        }

        foreach (Word part in parts.Where(part => part.Text is not ("src" or "dst")))
        {
            diagnostics.Report(
                ErrorCodes.BadDirection, part, $"{Show.Word(part.Text)} is not a direction", "write src or dst for each part of the set's elements, such as src,dst");
            return false;
        }

        return true;
    }

    private static OptionSpec Refused(string name, int arity, string reason) =>
        new([name], arity, (_, use) =>
        {
            use.Context.Diagnostics.Report(ErrorCodes.UnsupportedOption, use.Option, $"--{name} is not supported", reason);
            return null;
        })
        {
            Negatable = true,
        };
}
