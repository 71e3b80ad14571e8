using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Testing.Rules;

namespace MiniFirewall.Testing.ClassBench;

/// <summary>ClassBench filters as iptables rules of one chain, line by line, and traces as packets.</summary>
public static class ClassBenchRules
{
    /// <summary>Line i becomes rule i + 1 of INPUT; half of the lines, evenly mixed, drop.</summary>
    public static GeneratedRules Convert(IEnumerable<FilterLine> filters, Family family) => new(
        [("INPUT", true), ("FORWARD", true), ("OUTPUT", true)],
        [],
        [.. filters.Select((filter, line) => new GeneratedRule("INPUT", family.ToSet(), Body(filter, line, family)))]);

    /// <summary>The packet of a trace's header, coming in; ports only where the protocol has them.</summary>
    public static Packet ToPacket(TraceLine line, Family family)
    {
        Transport transport = line.Protocol switch
        {
            IpProtocol.Tcp => new TcpSegment(line.SourcePort, line.DestinationPort),
            IpProtocol.Udp => new UdpDatagram(line.SourcePort, line.DestinationPort),
            _ => new RawTransport(Embedding.Protocol(family, line.Protocol)) { Payload = [.. new byte[8]] },
        };
        UInt128 source = Embedding.Address(family, line.Source), destination = Embedding.Address(family, line.Destination);
        byte[] bytes = family == Family.IPv4
            ? new IPv4Header((uint)source, (uint)destination).Carry(transport)
            : new IPv6Header(source, destination).Carry(transport);
        return new Packet(family, Hook.LocalIn, bytes) { InInterface = "eth0" };
    }

    private static string Body(FilterLine filter, int line, Family family)
    {
        var words = new List<string>();
        AddAddress(words, "-s", filter.Source, family);
        AddAddress(words, "-d", filter.Destination, family);
        if (filter.Protocol is { } protocol)
        {
            words.Add($"-p {Embedding.Protocol(family, protocol)}");
            AddPorts(words, protocol, filter);
        }

        words.Add(IsDrop(line) ? "-j DROP" : "-j ACCEPT");
        return string.Join(' ', words);
    }

    private static bool IsDrop(int line) => ((uint)line * 0x9e37_79b9u) >> 31 != 0;

    private static void AddAddress(List<string> words, string option, Prefix prefix, Family family)
    {
        if (prefix.Length > 0)
        {
            words.Add($"{option} {Embedding.Text(family, prefix)}");
        }
    }

    private static void AddPorts(List<string> words, byte protocol, FilterLine filter)
    {
        if (protocol is not (IpProtocol.Tcp or IpProtocol.Udp) || (filter.SourcePorts.IsAll && filter.DestinationPorts.IsAll))
        {
            return;
        }

        words.Add(protocol == IpProtocol.Tcp ? "-m tcp" : "-m udp");
        AddPorts(words, "--sport", filter.SourcePorts);
        AddPorts(words, "--dport", filter.DestinationPorts);
    }

    private static void AddPorts(List<string> words, string option, PortSpan ports)
    {
        if (!ports.IsAll)
        {
            words.Add(ports.Low == ports.High ? $"{option} {ports.Low}" : $"{option} {ports.Low}:{ports.High}");
        }
    }
}
