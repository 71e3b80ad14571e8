using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>
/// -m hashlimit: a rate for each address, network or port (net/netfilter/xt_hashlimit.c, revision 3). The numbers are those
/// the kernel is given.
/// </summary>
public sealed record HashlimitMatch : Match
{
    internal const uint DefaultBurst = 5, DefaultCollection = 1000;

    private const uint Sources = 1, SourcePorts = 2, Destinations = 4, DestinationPorts = 8;

    /// <summary>Entries where nothing is said; the kernel takes more of a machine with much memory.</summary>
    private const uint UsualMost = 16384, Greatest = 1048576;

    public static MatchGrammar Grammar => HashlimitGrammar.Grammar;

    public override string Name => "hashlimit";

    /// <summary>Matches above the rate; up to it where not.</summary>
    public bool IsAbove { get; init; }

    /// <summary>The rate is of bytes, not of packets.</summary>
    public bool CountsBytes { get; init; }

    /// <summary>Microseconds from packet to packet; for bytes the cost of 16 of them (ByteRate).</summary>
    public ulong Period { get; init; }

    /// <summary>Packets at once; for bytes a multiple of a second's worth, 0 for none.</summary>
    public ulong Burst { get; init; }

    /// <summary>Seconds of the unit that the rate was written in, until the whole match is made of what was written.</summary>
    internal ulong UnitSeconds { get; init; }

    /// <summary>A sum of values of HashlimitGrammar.Modes: what has a rate of its own.</summary>
    public uint Mode { get; init; }

    /// <summary>The kernel's name of the table.</summary>
    public string TableName { get; init; } = "";

    /// <summary>Buckets; 0 for as many as the kernel likes.</summary>
    public uint TableSize { get; init; }

    /// <summary>Entries; 0 for as many as the kernel likes.</summary>
    public uint TableMost { get; init; }

    /// <summary>Milliseconds from one search for old entries to the next.</summary>
    public uint Collection { get; init; } = DefaultCollection;

    /// <summary>Milliseconds until an unused entry is old.</summary>
    public uint Expire { get; init; }

    /// <summary>The length of the prefix whose addresses count as one; null for the whole address.</summary>
    public int? SourcePrefix { get; init; }

    /// <summary>As <see cref="SourcePrefix"/>.</summary>
    public int? DestinationPrefix { get; init; }

    /// <summary>The rate is measured over an interval, and nothing is used up.</summary>
    public bool Measures { get; init; }

    /// <summary>Seconds of that interval; 0 where nothing is measured.</summary>
    public uint Interval { get; init; }

    public override FamilySet Families => PrefixLengths.FamiliesOf(SourcePrefix) & PrefixLengths.FamiliesOf(DestinationPrefix);

    public override Match Settled(FamilySet families) => SourcePrefix is null && DestinationPrefix is null ? this : this with
    {
        SourcePrefix = SourcePrefix == PrefixLengths.Whole(families) ? null : SourcePrefix,
        DestinationPrefix = DestinationPrefix == PrefixLengths.Whole(families) ? null : DestinationPrefix,
    };

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("hashlimit").Word(IsAbove ? "--hashlimit-above" : "--hashlimit-upto");
        uint expire = HashlimitText.WriteRate(writer, this, Period, "--hashlimit-burst");
        if (Mode != 0)
        {
            writer.Word("--hashlimit-mode").Word(HashlimitText.Mode(Mode, ','));
        }

        writer.Word("--hashlimit-name").Plain(TableName);
        HashlimitText.WriteTable(writer, this, "--hashlimit-", expire);
    }

    /// <summary>The answer of an empty table: what the table of the rules in force knows is the kernel's.</summary>
    public override MatchResult Evaluate(Packet packet) => ByPorts && FirstPorts.Of(packet) is null ? MatchResult.Invalid
        : QuestionFor(packet.Family).Ask(packet) != IsAbove ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps)
    {
        if (ByPorts)
        {
            steps.Add(new DropWhen(new QuestionTest(FirstPortsCut.Instance)));
        }

        steps.Add(new Require(new QuestionTest(QuestionFor(family), IsAbove)));
    }

    private bool ByPorts => (Mode & (SourcePorts | DestinationPorts)) != 0;

    private RateWithin QuestionFor(Family family)
    {
        int width = family == Family.IPv4 ? 32 : 128;
        int source = (Mode & Sources) != 0 ? SourcePrefix ?? width : 0, destination = (Mode & Destinations) != 0 ? DestinationPrefix ?? width : 0;
        var settings = new RateSettings(CountsBytes, Measures, Period, Burst, Interval, Expire, source, destination)
        {
            BySourcePort = (Mode & SourcePorts) != 0,
            ByDestinationPort = (Mode & DestinationPorts) != 0,
        };
        return new(TableName, settings)
        {
            Most = (int)Math.Min(TableMost == 0 ? UsualMost : Math.Max(TableMost, TableSize), Greatest),
        };
    }

    /// <summary>Here the rate is shown for the interval as a whole.</summary>
    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Word("limit:").Word(IsAbove ? "above" : "up to");
        uint expire = HashlimitText.WriteRate(writer, this, Measures && !CountsBytes ? Period * Interval : Period, "burst");
        if (Mode != 0)
        {
            writer.Word("mode").Word(HashlimitText.Mode(Mode, '-'));
        }

        HashlimitText.WriteTable(writer, this, "", expire);
    }
}
