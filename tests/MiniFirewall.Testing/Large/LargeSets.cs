using System.Collections.Immutable;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Large;

/// <summary>All kinds of large sets: what a classifier finds hard.</summary>
public static class LargeSets
{
    private static readonly ImmutableArray<Family> s_v4 = [Family.IPv4], s_v6 = [Family.IPv6], s_both = [Family.IPv4, Family.IPv6];

    public static ImmutableArray<LargeSet> All { get; } =
    [
        new("all overlap", (size, seed) => AddressSets.Overlapping(Family.IPv4, size, seed), s_v4),
        new("all overlap, IPv6", (size, seed) => AddressSets.Overlapping(Family.IPv6, size, seed), s_v6),
        new("nested prefixes", (size, seed) => AddressSets.Nested(Family.IPv4, size, seed), s_v4),
        new("nested prefixes, IPv6", (size, seed) => AddressSets.Nested(Family.IPv6, size, seed), s_v6),
        new("deny list", (size, seed) => AddressSets.DenyList(Family.IPv4, size, seed), s_v4),
        new("deny list, IPv6", (size, seed) => AddressSets.DenyList(Family.IPv6, size, seed), s_v6),
        new("every shape", (size, seed) => AddressSets.Shapes(Family.IPv4, size, seed), s_v4),
        new("every shape, IPv6", (size, seed) => AddressSets.Shapes(Family.IPv6, size, seed), s_v6),
        new("masks with holes", AddressSets.Masks, s_v4),
        new("address ranges", AddressSets.Ranges, s_v4),
        new("widest ranges", (size, seed) => AddressSets.WidestRanges(Family.IPv4, size, seed), s_v4),
        new("widest ranges, IPv6", (size, seed) => AddressSets.WidestRanges(Family.IPv6, size, seed), s_v6),
        new("products", AddressSets.Products, s_v4, MostRules: 20_000),
        new("host names", AddressSets.Hosts, s_both, MostRules: 10_000),
        new("crossing port ranges", PortSets.Crossing, s_v4),
        new("one place, many ports", PortSets.OnePlace, s_v4),
        new("multiport", PortSets.Multiport, s_v4),
        new("protocols", PortSets.Protocols, s_v4),
        new("wildcards", ResidualSets.Wildcards, s_v4),
        new("flags, options, types", ResidualSets.Transport, s_v4),
        new("interfaces", ResidualSets.Interfaces, s_v4),
        new("negations", ResidualSets.Negations, s_v4),
        new("identical", ListSets.Identical, s_v4),
        new("counting", ListSets.Counting, s_v4),
        new("all count", ListSets.AllCount, s_both, MostRules: 500),
        new("logging", ListSets.Logging, s_v4),
        new("mixed families", ListSets.Mixed, s_both),
        new("anything", ListSets.Anything, s_both, MostRules: 20_000),
        new("one big chain", ChainSets.OneBig, s_v4),
        new("deep chains", ChainSets.Deep, s_v4),
        new("many small chains", ChainSets.ManySmall, s_v4),
        new("chain tree", ChainSets.Tree, s_v4),
        new("returns", ChainSets.Returns, s_v4),
    ];

    public static LargeSet ByName(string name) => All.First(set => set.Name == name);
}
