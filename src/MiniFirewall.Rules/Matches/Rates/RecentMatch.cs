using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Matches.Rates;

/// <summary>-m recent: asks a named list of addresses, and changes it (net/netfilter/xt_recent.c).</summary>
public sealed record RecentMatch : Match
{
    public static MatchGrammar Grammar => RecentGrammar.Grammar;

    public override string Name => "recent";

    public RecentAction Action { get; init; }

    public bool Negated { get; init; }

    /// <summary>An address counts where it was seen within so many seconds; 0 for any time.</summary>
    public uint Seconds { get; init; }

    /// <summary>Older entries are taken away.</summary>
    public bool Reaps { get; init; }

    /// <summary>Times that the address was seen; 0 for not asked.</summary>
    public uint HitCount { get; init; }

    /// <summary>The packet's TTL must be that of the packet that was listed.</summary>
    public bool ComparesTtl { get; init; }

    public string ListName { get; init; } = "DEFAULT";

    /// <summary>Bits of the address that count; null for all.</summary>
    public HostMask? Mask { get; init; }

    public bool ByDestination { get; init; }

    /// <summary>What it asks of its list.</summary>
    public RecentAddress Question => new(ListName, Action)
    {
        Negated = Negated,
        Seconds = Seconds,
        Hits = (ushort)HitCount,
        Reaps = Reaps,
        ComparesTtl = ComparesTtl,
        ByDestination = ByDestination,
        Mask = Mask switch
        {
            null => UInt128.MaxValue,
            { Family: Family.IPv4 } mask => mask.Address << 96,
            { } mask => mask.Address,
        },
    };

    public override FamilySet Families => Mask?.Family.ToSet() ?? FamilySet.Both;

    public override Match Settled(FamilySet families) => Mask is not null && Mask == WholeOf(families) ? this with { Mask = null } : this;

    public override void Print(RuleTextWriter writer)
    {
        writer.Word("-m").Word("recent").Not(Negated).Word("--" + RecentGrammar.OptionOf(Action));
        Write(writer, "--seconds", Seconds);
        Write(writer, "--reap", Reaps);
        Write(writer, "--hitcount", HitCount);
        Write(writer, "--rttl", ComparesTtl);
        writer.Word("--name").Plain(ListName);
        if ((Mask ?? WholeOf(writer.Families)) is { } mask)
        {
            writer.Word("--mask").Word(mask.ToString());
        }

        writer.Word(ByDestination ? "--rdest" : "--rsource");
    }

    public override void List(RuleTextWriter writer, ListStyle style)
    {
        writer.Not(Negated).Word("recent:").Word(Action.ToString().ToUpperInvariant());
        Write(writer, "seconds:", Seconds);
        Write(writer, "reap", Reaps);
        Write(writer, "hit_count:", HitCount);
        Write(writer, "TTL-Match", ComparesTtl);
        writer.Word("name:").Word(ListName).Word("side:").Word(ByDestination ? "dest" : "source");
        if ((Mask ?? WholeOf(writer.Families)) is { } mask)
        {
            writer.Word("mask:").Word(mask.ToString());
        }
    }

    /// <summary>The answer of an empty list: what the list of the rules in force knows is the kernel's.</summary>
    public override MatchResult Evaluate(Packet packet) => Question.Ask(packet) ? MatchResult.Match : MatchResult.Miss;

    public override void Lower(Family family, ImmutableArray<Step>.Builder steps) => steps.Add(new Require(new QuestionTest(Question)));

    private static HostMask? WholeOf(FamilySet families) => families switch
    {
        FamilySet.IPv4 => new HostMask(Family.IPv4, uint.MaxValue, 32),
        FamilySet.IPv6 => new HostMask(Family.IPv6, UInt128.MaxValue, 128),
        _ => null,
    };

    private static void Write(RuleTextWriter writer, string word, uint number)
    {
        if (number > 0)
        {
            writer.Word(word).Word($"{number}");
        }
    }

    private static void Write(RuleTextWriter writer, string word, bool given)
    {
        if (given)
        {
            writer.Word(word);
        }
    }
}
