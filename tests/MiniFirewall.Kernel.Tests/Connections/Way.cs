using System.Text;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Packets as they come in from one side.</summary>
internal sealed record Way(Family Family, string From, string To, string In, string Out)
{
    internal Packet Tcp(ushort source, ushort destination, TcpFlags flags, uint sequence, uint acknowledgement, string payload = "") => Of(new TcpSegment(source, destination)
    {
        Flags = flags,
        Sequence = sequence,
        Acknowledgement = acknowledgement,
        Window = 1000,
        Payload = [.. Encoding.ASCII.GetBytes(payload)],
    });

    internal Packet Udp(ushort source, ushort destination, string payload = "123") => Of(new UdpDatagram(source, destination) { Payload = [.. Encoding.ASCII.GetBytes(payload)] });

    internal Packet Error(Packet about) => Of(Family == Family.IPv4
        ? new IcmpMessage(3, 1) { Payload = [.. about.Bytes] }
        : new Icmpv6Message(1, 3) { Payload = [.. about.Bytes] });

    internal Packet Of(Transport transport) => new(Family, Hook.Forward, Family == Family.IPv4 ? IPv4Header.Between(From, To).Carry(transport) : IPv6Header.Between(From, To).Carry(transport))
    {
        InInterface = In,
        OutInterface = Out,
    };
}
