using System.Collections.Immutable;
using System.Diagnostics;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>A firewall whose REJECT answers, and all that is seen of a packet there.</summary>
/// <param name="device">One that lets answers out; the firewall's.</param>
/// <param name="takeHits">What the firewall's counters of a family have counted since the last call.</param>
internal sealed class AnsweringSide(Device device, Func<Family, List<Hit>> takeHits) : IDisposable
{
    private const int LastPort = 7;
    private const string LastV4 = "198.18.255.7", LastV6 = "2001:db8:fffe:ffff::7";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Leaving _leaving = device.Namespace.Run(() => new Leaving());

    /// <summary>
    /// The rules with two before all others: what answers the packet that they reject leaves after all answers to earlier ones. A reset, for
    /// those have no limit.
    /// </summary>
    internal static RuleTexts WithLast(CorpusFile file)
    {
        (string host, string here) = file.Family == Family.IPv4 ? (LastV4, "198.18.255.1") : (LastV6, "2001:db8:fffe:ffff::1");
        string[] last =
        [
            $"-A INPUT -s {host} -d {here} -p tcp -m tcp --sport {LastPort} --dport {LastPort} -j REJECT --reject-with tcp-reset",
            $"-A OUTPUT -s {here} -d {host} -p tcp -j ACCEPT",
        ];
        return RuleTexts.Of([file.Family], [.. file.Lines.Where(line => line[0] == ':'), .. last, .. file.Lines.Where(line => line[0] != ':')]);
    }

    /// <summary>Sends a packet that can meet its hook, and one more whose answer is the last.</summary>
    internal AnsweredObservation Judge(Packet packet)
    {
        while (_leaving.TryRead(TimeSpan.Zero) is not null)
        {
        }

        device.EmptyQueues();
        takeHits(packet.Family);
        device.TakeHitsAround(packet.Family);
        device.Deliver(packet);
        device.Deliver(Last(packet));
        ImmutableArray<LeftPacket> left = LeftBeforeLast(packet.Family);
        (List<Hit> before, List<Hit> after) = device.TakeHitsAround(packet.Family);
        return new AnsweredObservation(packet.Hook, left, takeHits(packet.Family), before, after);
    }

    public void Dispose() => _leaving.Dispose();

    private static Packet Last(Packet packet)
    {
        var segment = new TcpSegment(LastPort, LastPort);
        byte[] bytes = packet.Family == Family.IPv4
            ? IPv4Header.Between(LastV4, "198.18.255.1").Carry(segment)
            : IPv6Header.Between(LastV6, "2001:db8:fffe:ffff::1").Carry(segment);

        // By where answers to the packet leave: the route for them stays as it is.
        return new Packet(packet.Family, Hook.LocalIn, bytes) { InInterface = packet.Hook == Hook.LocalOut ? packet.OutInterface : packet.InInterface };
    }

    private ImmutableArray<LeftPacket> LeftBeforeLast(Family family)
    {
        UInt128 last = AddressText.Parse(family, family == Family.IPv4 ? LastV4 : LastV6);
        ImmutableArray<LeftPacket>.Builder left = ImmutableArray.CreateBuilder<LeftPacket>();
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Patience)
        {
            if (_leaving.TryRead(Patience) is not { } one)
            {
                break;
            }

            if (one.Packet.Family == family && one.Packet.Destination == last && one.Packet.Transport.Protocol == IpProtocol.Tcp)
            {
                return left.ToImmutable();
            }

            left.Add(one);
        }

        throw new InvalidOperationException($"no answer to the last packet; before it {left.Count} packets left");
    }
}
