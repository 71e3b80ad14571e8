using CsCheck;
using MiniFirewall.Packets;

namespace MiniFirewall.Testing.Packets;

/// <summary>Packets at and around the edges of a rule set.</summary>
public static class PacketGen
{
    private static readonly Gen<Family> Families = Gen.OneOf(Family.IPv4, Family.IPv6);
    private static readonly Gen<Hook> Hooks = Gen.OneOf(Hook.LocalIn, Hook.Forward, Hook.LocalOut);

    /// <summary>Packets of both families on all three filter hooks.</summary>
    public static Gen<Packet> For(RuleEdges edges, PacketGenOptions options)
    {
        var byPlace = new Dictionary<(Family, Hook), Gen<Packet>>();
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 })
        {
            foreach (Hook hook in new[] { Hook.LocalIn, Hook.Forward, Hook.LocalOut })
            {
                byPlace.Add((family, hook), For(edges, options, family, hook));
            }
        }

        return Gen.Select(Families, Hooks).SelectMany((family, hook) => byPlace[(family, hook)]);
    }

    /// <summary>Half of the packets draw on the edges of all rules, half on those of one rule.</summary>
    public static Gen<Packet> For(RuleEdges edges, PacketGenOptions options, Family family, Hook hook)
    {
        Gen<Packet> ofAll = Around(edges, options, family, hook);
        Lazy<Gen<Packet>>[] ofLines =
            [.. edges.LinesFor(family, hook).Select(line => new Lazy<Gen<Packet>>(() => Around(line, options, family, hook)))];
        return ofLines.Length == 0 ? ofAll : Gen.OneOf(ofAll, Gen.Int[0, ofLines.Length - 1].SelectMany(i => ofLines[i].Value));
    }

    private static Gen<Packet> Around(RuleEdges edges, PacketGenOptions options, Family family, Hook hook)
    {
        var values = new EdgeValues(edges, options, family, hook);
        Gen<byte[]> bytes = family == Family.IPv4 ? IPv4Gen.For(values) : IPv6Gen.For(values);
        return Gen.Select(bytes, values.Interfaces, values.Mark, (b, interfaces, mark) => new Packet(family, hook, b)
        {
            InInterface = interfaces.In,
            OutInterface = interfaces.Out,
            Mark = mark,
        });
    }
}
