using CsCheck;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Testing.Rules;

namespace MiniFirewall.Testing.Large;

/// <summary>
/// Packets for a large set: most are aimed at a rule, first and last ones among them, and perhaps a step beside it; the others
/// are random, around the edges of some lines, or damaged.
/// </summary>
public static class LargePackets
{
    private const int EdgeLines = 100;

    /// <summary>Any packets, malformed ones among them, and one of each protocol cut everywhere besides. The same seed gives the same packets.</summary>
    public static Packet[] Of(GeneratedRules text, RuleSet rules, Family family, Hook hook, int count, int seed)
    {
        var random = new Random(seed);
        var paths = new ChainPaths(rules, family, hook);
        Gen<Packet> edges = PacketGen.For(RuleEdges.Of(Sample(text, random)), PacketGenOptions.Anything, family, hook);
        var source = new PCG((uint)seed, 7);
        Packet[] packets =
        [
            .. Enumerable.Range(0, count).Select(i => paths.Count == 0 || i % 4 == 3
                ? edges.Generate(source, null, out _)
                : i % 8 == 6 ? OddPacket.Of(Aimed(paths, family, hook, i, count, random), random) : Aimed(paths, family, hook, i, count, random)),
        ];
        return [.. packets, .. OfEachProtocol(packets).SelectMany(OddPacket.EveryCut)];
    }

    private static IEnumerable<Packet> OfEachProtocol(Packet[] packets) => packets
        .Where(packet => packet is { HeaderIsWhole: true, Transport: { IsBroken: false, FragmentOffset: 0 } } && packet.TransportBytes.Length > 7)
        .DistinctBy(packet => packet.Transport.Protocol)
        .Where(packet => packet.Transport.Protocol is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Icmp or IpProtocol.Icmpv6 or IpProtocol.Sctp);

    /// <summary>Packets that come in by one of the interfaces as they were sent.</summary>
    public static Packet[] OnTheWire(GeneratedRules text, RuleSet rules, Family family, IReadOnlyList<string> interfaces, int count, int seed)
    {
        var random = new Random(seed);
        var paths = new ChainPaths(rules, family, Hook.LocalIn);
        PacketGenOptions options = PacketGenOptions.OnTheWire with { InterfacePairs = [.. interfaces.Select(name => (name, ""))] };
        Gen<Packet> edges = PacketGen.For(RuleEdges.Of(Sample(text, random)), options, family, Hook.LocalIn);
        var source = new PCG((uint)seed, 7);
        return
        [
            .. Enumerable.Range(0, count).Select(i => i % 4 == 3
                ? edges.Generate(source, null, out _)
                : Aimed(paths, family, Hook.LocalIn, i, count, random, interfaces)),
        ];
    }

    /// <param name="interfaces">Those of a wire to keep to; null for any packet.</param>
    private static Packet Aimed(
        ChainPaths paths, Family family, Hook hook, int number, int count, Random random, IReadOnlyList<string>? interfaces = null)
    {
        var aim = new PacketAim(random, family);

        // Evenly over the list, so that its first and its last rules are aimed at too.
        foreach (Rule rule in paths.To((int)((long)number * (paths.Count - 1) / Math.Max(count - 1, 1)), random))
        {
            aim.Meet(rule);
        }

        for (int steps = random.Next(5) == 0 ? 1 + random.Next(2) : 0; steps > 0; steps--)
        {
            aim.Step();
        }

        if (interfaces is not null)
        {
            aim.KeepToWire(interfaces);
        }

        return aim.ToPacket(hook);
    }

    /// <summary>The text of some lines, evenly taken; edges of all would be too many.</summary>
    private static string Sample(GeneratedRules text, Random random)
    {
        int step = Math.Max(text.Rules.Length / EdgeLines, 1), first = random.Next(step);
        return string.Join('\n', text.Rules.Where((_, i) => i % step == first).Select(rule =>
            $"{(rule.Families == FamilySet.IPv4 ? "-4 " : rule.Families == FamilySet.IPv6 ? "-6 " : "")}-A {rule.Chain} {rule.Body}"));
    }
}
