using System.Collections.Immutable;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>All that is seen of a packet and of what answers it.</summary>
internal sealed class AnsweredObservation
{
    private readonly ImmutableArray<LeftPacket> _left;
    private readonly string _text;

    /// <param name="hook">Where the packet was sent to.</param>
    /// <param name="left">What left, answers and packets that went on.</param>
    /// <param name="hits">What the firewall has counted.</param>
    /// <param name="before">What the table before it has, on every hook.</param>
    /// <param name="after">What the table after it has.</param>
    internal AnsweredObservation(Hook hook, ImmutableArray<LeftPacket> left, List<Hit> hits, List<Hit> before, List<Hit> after)
    {
        _left = left;
        _text = $"left: {string.Join(", ", left.Select(one => Shown(one, hook)).Order(StringComparer.Ordinal))}\n  counted: {Shown(hits)}\n  before: {Shown(before)}\n  after: {Shown(after)}";
    }

    /// <summary>A packet left that answers: an ICMP error, or a reset.</summary>
    internal int Answers => _left.Count(one => IsAnswer(one.Packet));

    /// <summary>An error echoes options of IPv4's header, which miniFirewall's do not (docs/reject.md).</summary>
    internal bool HasEchoedOptions => _left.Any(one => one.Packet.Family == Family.IPv4 && IsAnswer(one.Packet) && (one.Packet.Bytes[0] & 0x0f) > 5);

    public override string ToString() => _text;

    private static bool IsAnswer(Packet packet) => packet.TransportBytes.Length > 0 && packet.Transport.Protocol switch
    {
        IpProtocol.Tcp => packet.TransportBytes.Length >= 20 && (packet.TransportBytes[13] & (byte)TcpFlags.Rst) != 0,
        IpProtocol.Icmp => packet.TransportBytes[0] == 3,
        IpProtocol.Icmpv6 => packet.TransportBytes[0] == 1,
        _ => false,
    };

    private static string Shown(List<Hit> hits) => string.Join(
        ", ", hits.OrderBy(hit => hit.Place.Chain, StringComparer.Ordinal).ThenBy(hit => hit.Place.Rule).Select(hit => $"{hit.Place} +{hit.Added.Packets}:{hit.Added.Bytes}"));

    /// <summary>
    /// Without IPv4's identification and the checksum that covers it, and IPv6's flow label, a hash. Packets come in here for any address, and
    /// IPv6 has no way to have them all: the kernel's errors come from another address then (docs/reject.md), whose bytes are left out.
    /// </summary>
    private static string Shown(LeftPacket left, Hook hook)
    {
        byte[] bytes = left.Packet.Bytes.ToArray();
        if (left.Packet.Family == Family.IPv4)
        {
            bytes.AsSpan(4, 2).Clear();
            bytes.AsSpan(10, 2).Clear();
        }
        else
        {
            bytes[1] &= 0xf0;
            bytes.AsSpan(2, 2).Clear();
            if (hook == Hook.LocalIn && left.Packet.Transport.Protocol == IpProtocol.Icmpv6 && IsAnswer(left.Packet))
            {
                bytes.AsSpan(8, 16).Clear();
                bytes.AsSpan(left.Packet.Transport.Offset + 2, 2).Clear();
            }
        }

        return $"{left.Interface} {Convert.ToHexString(bytes)}";
    }
}
