using System.Collections.Immutable;
using CsCheck;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Testing.Rules;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>A random rule set and packets at and around its edges.</summary>
internal sealed record Scenario(GeneratedRules Rules, Packet[] Packets)
{
    internal static readonly Family[] Families = [Family.IPv4, Family.IPv6];

    // "-p all" is no test in miniFirewall, as in what ip6tables-save prints; as typed, ip6tables looks for the transport
    // header all the same, and so drops packets with a broken extension chain.
    internal RuleTexts Texts => new(
        Rules.Text, Families.ToDictionary(family => family, family => Rules.TextOf(family).Replace(" -p all", "", StringComparison.Ordinal)))
    {
        Sets = Rules.Sets,
    };

    public override string ToString() => $"{Rules.Text}{Packets.Length} packets";

    /// <summary>Any packets, malformed ones among them.</summary>
    internal static Gen<Scenario> Anything(int packets) =>
        RuleSetGen.Default.SelectMany(rules => PacketGen.For(RuleEdges.Of(rules.Text), PacketGenOptions.Anything)
            .Array[packets].Select(made => new Scenario(rules, made)));

    /// <summary>Packets that can travel between the interfaces; what is sent locally may be malformed.</summary>
    internal static Gen<Scenario> Real(int packets, ImmutableArray<string> interfaces) =>
        RuleSetGen.Default.SelectMany(rules => RealPacket(RuleEdges.Of(rules.Text), interfaces)
            .Array[packets].Select(made => new Scenario(rules, made)));

    private static Gen<Packet> RealPacket(RuleEdges edges, ImmutableArray<string> interfaces) => RealPacket(edges, interfaces, Families);

    /// <summary>A packet of one of the families that can travel between the interfaces.</summary>
    internal static Gen<Packet> RealPacket(RuleEdges edges, ImmutableArray<string> interfaces, IEnumerable<Family> families)
    {
        ImmutableArray<(string, string)> entries = [.. interfaces.Select(name => (name, ""))];
        ImmutableArray<(string, string)> exits = [.. interfaces.Select(name => ("", name))];
        ImmutableArray<(string, string)> ways = [.. interfaces.SelectMany(entry => interfaces.Select(exit => (entry, exit)))];
        PacketGenOptions wire = PacketGenOptions.OnTheWire, any = PacketGenOptions.Anything with { MaxLength = 1400 };
        return Gen.OneOf([.. families.SelectMany(family => new[]
        {
            PacketGen.For(edges, wire with { InterfacePairs = entries }, family, Hook.LocalIn),
            PacketGen.For(edges, wire with { InterfacePairs = ways }, family, Hook.Forward),
            PacketGen.For(edges, wire with { InterfacePairs = exits }, family, Hook.LocalOut),
            PacketGen.For(edges, any with { InterfacePairs = exits }, family, Hook.LocalOut),
        })]);
    }
}
