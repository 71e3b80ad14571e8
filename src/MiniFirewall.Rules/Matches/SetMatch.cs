using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Policy.Sets;
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

    /// <summary>The element's counters, where it has some, stay as they are.</summary>
    public bool KeepsCounters { get; init; }

    /// <summary>As <see cref="KeepsCounters"/>, of the sets in a list of sets; there are none, so it says nothing.</summary>
    public bool KeepsSubcounters { get; init; }

    public SetCounterTest? Packets { get; init; }

    public SetCounterTest? Bytes { get; init; }

    public override FamilySet Families => Set.Families;

    private NamedSet Set => Reference.Set;

    private ImmutableArray<bool> Sources => Reference.Sources;

    public override void Print(RuleTextWriter writer) => Write(writer.Word("-m").Word("set"), "--");

    public override void List(RuleTextWriter writer, ListStyle style) => Write(writer, "");

    public override MatchResult Evaluate(Packet packet) => IsIn(packet) != Negated ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        // Too few directions: no packet is in the set (ip_set_core.c, ip_set_test). More than the set has dimensions say nothing.
        steps.Add(new Require(!Reference.IsWhole || !Set.Families.Has(family) ? new RangeTest(Field.Protocol, [], Negated)
            : Set.IsTable ? new QuestionTest(Question, Negated)
            : new SetTest(Set.Number, [.. Set.Type.Parts.Select((part, i) => FieldOf(part, Sources[i]))], Negated) { WantsNoMatch = WantsNomatch && Set.Type.HasNetworks }));
    }

    private DynamicSetTest Question => new(Set.Dynamic, Reference.Sides)
    {
        WantsNoMatch = WantsNomatch,
        KeepsCounters = KeepsCounters,
        Packets = Packets,
        Bytes = Bytes,
        Contents = Set.Contents,
    };

    private static Field FieldOf(SetPart part, bool isSource) => part is SetPart.Address or SetPart.Network
        ? isSource ? Field.Source : Field.Destination
        : isSource ? Field.SourcePort : Field.DestinationPort;

    /// <summary>Counters that a set does not keep are not asked for (ip_set_core.c, ip_set_match_extensions).</summary>
    private bool IsIn(Packet packet) => Reference.IsWhole && Set.Families.Has(packet.Family)
        && (Set.IsTable ? Question.Ask(packet) : PacketElement.Of(packet, Set.Type.Shape, Reference.Sides) is { } element && Set.Holds(element, WantsNomatch && Set.Type.HasNetworks));

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

        Write(writer, dashes + "packets", Packets);
        Write(writer, dashes + "bytes", Bytes);
    }

    /// <summary>Appends "[!] PREFIX-eq N" and its like.</summary>
    private static void Write(RuleTextWriter writer, string prefix, SetCounterTest? test)
    {
        if (test is null)
        {
            return;
        }

        string suffix = test.Comparison switch
        {
            CounterComparison.Less => "-lt",
            CounterComparison.Greater => "-gt",
            _ => "-eq",
        };
        writer.Not(test.Comparison == CounterComparison.NotEqual).Word(prefix + suffix).Word($"{test.Value}");
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
