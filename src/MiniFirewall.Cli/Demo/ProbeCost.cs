using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Text;

namespace MiniFirewall.Cli.Demo;

/// <summary>What the program in force costs for a probe's first packet.</summary>
internal static class ProbeCost
{
    private const int Runs = 100_000, SourcePort = 50_000;

    /// <summary>Nanoseconds a packet. To be called in the client's namespace, once its counters are of no more interest.</summary>
    internal static double Measure(Probe probe) => FirewallEngine.Open().Measure(FirstPacket(probe), Runs);

    private static Packet FirstPacket(Probe probe)
    {
        string direction = probe.IsInbound ? "in" : "out";
        string words = probe.Protocol == ProbeProtocol.Icmp
            ? $"{direction} eth0 {IcmpName(probe)} {Sender(probe)} {probe.Address}"
            : $"{direction} eth0 {probe.Protocol.ToString().ToLowerInvariant()} {End(probe, Sender(probe), SourcePort)} {End(probe, probe.Address.ToString(), probe.Port)}";
        return PacketDescription.TryParse(words, out PacketDescription? description, out DescriptionError? error)
            ? description.Packet
            : throw new InvalidOperationException($"{words}: {error}");
    }

    private static string Sender(Probe probe) => probe.From switch
    {
        Place.RouterRole => Address(probe, Place.Client.RouterV4, Place.Client.RouterV6),
        _ when probe.IsInbound => Address(probe, Place.World.V4(10), Place.World.V6(10)),
        _ => Address(probe, Place.Client.V4(2), Place.Client.V6(2)),
    };

    private static string Address(Probe probe, string v4, string v6) => probe.Family == Family.IPv4 ? v4 : v6;

    private static string IcmpName(Probe probe) => probe.Family == Family.IPv4 ? "icmp" : "icmpv6";

    private static string End(Probe probe, string address, int port) => probe.Family == Family.IPv4 ? $"{address}:{port}" : $"[{address}]:{port}";
}
