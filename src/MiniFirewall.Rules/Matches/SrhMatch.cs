using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches;

/// <summary>-m srh: the segment routing header (net/ipv6/netfilter/ip6t_srh.c, srh1_mt6; libip6t_srh.c). IPv6 only.</summary>
public sealed record SrhMatch : Match
{
    public static MatchGrammar Grammar { get; } = new("srh", new SrhMatch())
    {
        Check = HasOneNumberEach,
        Options =
        [
            Number("srh-next-hdr", byte.MaxValue, (m, number) => m with { NextHeader = number }),
            Number("srh-hdr-len-eq", byte.MaxValue, (m, number) => m with { ExtensionLength = m.ExtensionLength with { Equal = number } }),
            Number("srh-hdr-len-gt", byte.MaxValue, (m, number) => m with { ExtensionLength = m.ExtensionLength with { Greater = number } }),
            Number("srh-hdr-len-lt", byte.MaxValue, (m, number) => m with { ExtensionLength = m.ExtensionLength with { Less = number } }),
            Number("srh-segs-left-eq", byte.MaxValue, (m, number) => m with { SegmentsLeft = m.SegmentsLeft with { Equal = number } }),
            Number("srh-segs-left-gt", byte.MaxValue, (m, number) => m with { SegmentsLeft = m.SegmentsLeft with { Greater = number } }),
            Number("srh-segs-left-lt", byte.MaxValue, (m, number) => m with { SegmentsLeft = m.SegmentsLeft with { Less = number } }),
            Number("srh-last-entry-eq", byte.MaxValue, (m, number) => m with { LastEntry = m.LastEntry with { Equal = number } }),
            Number("srh-last-entry-gt", byte.MaxValue, (m, number) => m with { LastEntry = m.LastEntry with { Greater = number } }),
            Number("srh-last-entry-lt", byte.MaxValue, (m, number) => m with { LastEntry = m.LastEntry with { Less = number } }),
            Number("srh-tag", ushort.MaxValue, (m, number) => m with { Tag = number }),
            Segment("srh-psid", (m, segment, not) => m with { Previous = segment, NotPrevious = not }),
            Segment("srh-nsid", (m, segment, not) => m with { Next = segment, NotNext = not }),
            Segment("srh-lsid", (m, segment, not) => m with { Last = segment, NotLast = not }),
        ],
    };

    public override string Name => "srh";

    /// <summary>The number of the header behind it; null where not asked, as all others.</summary>
    public AskedNumber? NextHeader { get; init; }

    /// <summary>The header's length in 8-byte units, without the first.</summary>
    public SegmentComparison ExtensionLength { get; init; }

    public SegmentComparison SegmentsLeft { get; init; }

    /// <summary>The index of the list's last entry, which is the path's first segment.</summary>
    public SegmentComparison LastEntry { get; init; }

    /// <summary>The tag's two bytes as a little-endian number: the kernel compares them as they are.</summary>
    public AskedNumber? Tag { get; init; }

    /// <summary>The segment before the active one.</summary>
    public SegmentId? Previous { get; init; }

    public bool NotPrevious { get; init; }

    /// <summary>The segment behind the active one.</summary>
    public SegmentId? Next { get; init; }

    public bool NotNext { get; init; }

    /// <summary>The path's last segment.</summary>
    public SegmentId? Last { get; init; }

    public bool NotLast { get; init; }

    public override FamilySet Families => FamilySet.IPv6;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("srh");
        NextHeader?.Print(writer, "--srh-next-hdr");
        ExtensionLength.Print(writer, "hdr-len");
        SegmentsLeft.Print(writer, "segs-left");
        LastEntry.Print(writer, "last-entry");
        Tag?.Print(writer, "--srh-tag");
        foreach ((string name, SegmentId segment, bool not) in Segments)
        {
            writer.Not(not).Word($"--srh-{name}").Word(segment.ToString());
        }
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("srh");
        NextHeader?.List(writer, "next-hdr");
        ExtensionLength.List(writer, "hdr-len");
        SegmentsLeft.List(writer, "segs-left");
        LastEntry.List(writer, "last-entry");
        Tag?.List(writer, "tag");
        foreach ((string name, SegmentId segment, bool not) in Segments)
        {
            // The place of '!' stays, empty, where there is none.
            writer.Word(name).Word(not ? "!" : "").Word(segment.ToString());
        }
    }

    /// <summary>Unlike the other matches of a header, this one never drops a packet that it cannot read.</summary>
    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question)));

    private SegmentRoutingHeader Question => new([.. Numbers], [.. SegmentTests]);

    private IEnumerable<SegmentNumberTest> Numbers =>
    [
        .. Tests(SegmentNumber.NextHeader, NextHeader),
        .. ExtensionLength.Tests(SegmentNumber.ExtensionLength),
        .. SegmentsLeft.Tests(SegmentNumber.SegmentsLeft),
        .. LastEntry.Tests(SegmentNumber.LastEntry),
        .. Tests(SegmentNumber.Tag, Tag),
    ];

    private IEnumerable<SegmentTest> SegmentTests => Segments.Select(entry => new SegmentTest(
        entry.Name switch { "psid" => SegmentPlace.Previous, "nsid" => SegmentPlace.Next, _ => SegmentPlace.Last },
        entry.Segment.Address,
        entry.Segment.Mask,
        entry.Not));

    /// <summary>The segments that are asked for, in the order printed.</summary>
    private IEnumerable<(string Name, SegmentId Segment, bool Not)> Segments =>
        new[] { ("psid", Previous, NotPrevious), ("nsid", Next, NotNext), ("lsid", Last, NotLast) }
            .Where(entry => entry.Item2 is not null)
            .Select(entry => (entry.Item1, entry.Item2!.Value, entry.Item3));

    private static IEnumerable<SegmentNumberTest> Tests(SegmentNumber number, AskedNumber? asked) =>
        asked is { } one ? [new SegmentNumberTest(number, one.Test)] : [];

    private static OptionSpec Number(string name, uint most, Func<SrhMatch, AskedNumber, SrhMatch> set) => Option<SrhMatch>.Value<uint>(
        [name], NumberReaders.Number("number of this option", 0, most), (m, number, not) => set(m, new AskedNumber(number, not)), negatable: true);

    private static OptionSpec Segment(string name, Func<SrhMatch, SegmentId, bool, SrhMatch> set) =>
        Option<SrhMatch>.Value<SegmentId>([name], SegmentId.Read, set, negatable: true);

    /// <summary>iptables keeps one number for -eq, -gt and -lt, the last given: two that differ are not what they look like.</summary>
    private static bool HasOneNumberEach(object state, Word place, ReadContext context)
    {
        var match = (SrhMatch)state;
        foreach ((string name, SegmentComparison comparison) in new[]
            { ("hdr-len", match.ExtensionLength), ("segs-left", match.SegmentsLeft), ("last-entry", match.LastEntry) })
        {
            if (!comparison.HasOneNumber)
            {
                context.Diagnostics.Report(
                    ErrorCodes.ExcludedOption, place, $"--srh-{name} is compared with two numbers, of which iptables keeps the last",
                    "write -m srh a second time for the other");
                return false;
            }
        }

        return true;
    }
}
