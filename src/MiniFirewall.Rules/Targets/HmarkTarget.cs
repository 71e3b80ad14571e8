using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Targets;

/// <summary>-j HMARK: sets the packet's mark to a hash of parts of it, and goes on with the next rule (net/netfilter/xt_HMARK.c). Null parts do not count.</summary>
public sealed record HmarkTarget : LackingTarget
{
    public static TargetGrammar Grammar => HmarkGrammar.Grammar;

    public override string Name => "HMARK";

    public override string Lack => "needs a hash of the packet as its mark, which miniFirewall does not compute yet";

    /// <summary>The length of the source's prefix that counts; <see cref="HmarkGrammar.WholeAddress"/> for all of it in either family.</summary>
    public int? SourcePrefix { get; init; }

    /// <summary>As <see cref="SourcePrefix"/>.</summary>
    public int? DestinationPrefix { get; init; }

    public ushort? SourcePortMask { get; init; }

    public ushort? DestinationPortMask { get; init; }

    /// <summary>Bits of an ESP or AH header's SPI.</summary>
    public uint? SpiMask { get; init; }

    /// <summary>Bits that are set in the source port.</summary>
    public ushort? SourcePort { get; init; }

    public ushort? DestinationPort { get; init; }

    public uint? Spi { get; init; }

    public ushort? ProtocolMask { get; init; }

    /// <summary>Where the hash begins.</summary>
    public uint? Seed { get; init; }

    /// <summary>The mark is the hash's rest by this, and <see cref="Offset"/> more.</summary>
    public uint Modulus { get; init; }

    public uint? Offset { get; init; }

    /// <summary>The addresses and ports are those of the connection.</summary>
    public bool UsesConnection { get; init; }

    public override FamilySet Families => PrefixLengths.FamiliesOf(NamedPrefix(SourcePrefix)) & PrefixLengths.FamiliesOf(NamedPrefix(DestinationPrefix));

    public override Target Settled(FamilySet families) => PrefixLengths.Whole(families) is { } whole
        ? this with { SourcePrefix = Unsaid(SourcePrefix, whole), DestinationPrefix = Unsaid(DestinationPrefix, whole) }
        : this;

    public override void Print(RuleTextWriter writer) => HmarkText.Print(writer.Word("-j").Word("HMARK"), this);

    public override void List(RuleTextWriter writer, ListStyle style) => HmarkText.List(writer.Word("HMARK"), this);

    /// <summary>The prefix where all of an address has so many bits.</summary>
    internal static int? Prefix(int? prefix, int? whole) => prefix == HmarkGrammar.WholeAddress ? whole : prefix;

    private static int? Unsaid(int? prefix, int whole) => prefix == whole ? HmarkGrammar.WholeAddress : prefix;

    private static int? NamedPrefix(int? prefix) => prefix == HmarkGrammar.WholeAddress ? null : prefix;
}
