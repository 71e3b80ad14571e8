using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;

namespace MiniFirewall.Kernel.Tests.Rejecting;

/// <summary>
/// A router between two networks, whose rules reject what a peer on the left sends to it or through it. What it answers is read from
/// its interface, as it would be on the wire.
/// </summary>
internal abstract class RejectTwin : IDisposable
{
    internal const string PeerV4 = "192.0.2.9", RouterV4 = "192.0.2.1", ServerV4 = "198.51.100.9";
    internal const string PeerV6 = "2001:db8:1::9", RouterV6 = "2001:db8:1::1", ServerV6 = "2001:db8:2::9";

    /// <summary>The rule before all others; what answers it comes after all answers to earlier packets.</summary>
    private const string LastRule = "-A INPUT -p udp -m udp --dport 7 -j REJECT";

    private const int LastPort = 7;
    private const string HardwareAddress = "02:00:00:00:00:09";

    private static readonly string[] Settings =
    [
        "ipv4/ip_forward 1", "ipv6/conf/all/forwarding 1", "ipv4/icmp_ratelimit 0", "ipv6/icmp/ratelimit 0", "ipv4/icmp_msgs_burst 10000",
        "ipv4/icmp_msgs_per_sec 10000", "ipv6/conf/default/router_solicitations 0", "ipv4/conf/all/rp_filter 0", "ipv4/conf/default/rp_filter 0",
    ];

    private readonly Tap _left, _right;

    protected RejectTwin()
    {
        Namespace = new TestNamespace();
        Namespace.Run(() =>
        {
            foreach (string[] setting in Settings.Select(setting => setting.Split(' ')).Where(setting => File.Exists("/proc/sys/net/" + setting[0])))
            {
                File.WriteAllText("/proc/sys/net/" + setting[0], setting[1]);
            }
        });
        (_left, _right) = Namespace.Run(() => (new Tap("left"), new Tap("right")));
        foreach (string line in (string[])
        [
            "link set left up", "link set right up", $"addr add {RouterV4}/24 brd + dev left", "addr add 198.51.100.1/24 dev right",
            $"addr add {RouterV6}/64 dev left nodad", "addr add 2001:db8:2::1/64 dev right nodad",
            $"neigh add {PeerV4} lladdr {HardwareAddress} dev left nud permanent", $"neigh add {PeerV6} lladdr {HardwareAddress} dev left nud permanent",
        ])
        {
            Command.Run(["ip", "-n", Namespace.Name, .. line.Split(' ')]);
        }
    }

    internal TestNamespace Namespace { get; }

    /// <summary>Puts rules of one family in force.</summary>
    internal void Load(Family family, IEnumerable<string> rules) => Load(family, RuleTexts.Of([family], [LastRule, .. rules]));

    /// <summary>Lets packets come in from the left, and returns what left by that interface to the peer, without the numbers that every packet has of its own.</summary>
    internal List<string> AnswersTo(Family family, IEnumerable<(byte[] Bytes, bool IsBroadcast)> packets)
    {
        while (_left.TryRead(TimeSpan.Zero) is not null)
        {
        }

        foreach ((byte[] bytes, bool isBroadcast) in packets)
        {
            _left.Write(family, bytes, Placement.AllInPages, isBroadcast);
        }

        var last = new UdpDatagram(LastPort, LastPort);
        _left.Write(family, family == Family.IPv4
            ? IPv4Header.Between(PeerV4, RouterV4).Carry(last)
            : IPv6Header.Between(PeerV6, RouterV6).Carry(last), Placement.AllInPages);
        return AnswersBeforeLast(family);
    }

    /// <summary>Lets a packet come in many times, as fast as it goes, and returns how many answers came until none did for a while.</summary>
    internal int CountAnswers(Family family, byte[] packet, int times)
    {
        for (int i = 0; i < times; i++)
        {
            _left.Write(family, packet, Placement.AllInPages);
        }

        int answers = 0;
        while (_left.TryRead(TimeSpan.FromMilliseconds(500)) is { } frame)
        {
            answers += frame[13] == (family == Family.IPv4 ? 0x00 : 0xdd) && IsAnswer(new Packet(family, Hook.LocalOut, frame.AsSpan(Tap.EthernetLength))) ? 1 : 0;
        }

        return answers;
    }

    public virtual void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        Namespace.Dispose();
    }

    private protected abstract void Load(Family family, RuleTexts rules);

    private List<string> AnswersBeforeLast(Family family)
    {
        var answers = new List<string>();
        UInt128 peer = AddressText.Parse(family, family == Family.IPv4 ? PeerV4 : PeerV6);
        while (_left.TryRead(TimeSpan.FromSeconds(10)) is { } frame)
        {
            if (BitConverter.ToUInt16([frame[13], frame[12]]) != (family == Family.IPv4 ? 0x0800 : 0x86dd))
            {
                continue;
            }

            var packet = new Packet(family, Hook.LocalOut, frame.AsSpan(Tap.EthernetLength));
            if (packet.Destination == peer && IsAnswer(packet))
            {
                if (IsLast(packet))
                {
                    return answers;
                }

                answers.Add(Comparable(packet));
            }
        }

        throw new InvalidOperationException($"no answer to the last packet; before it: {string.Join('\n', answers)}");
    }

    private static bool IsAnswer(Packet packet) => packet.Transport.Protocol switch
    {
        IpProtocol.Tcp => true,
        IpProtocol.Icmp => packet.TransportBytes[0] == 3,
        IpProtocol.Icmpv6 => packet.TransportBytes[0] == 1,
        _ => false,
    };

    private static bool IsLast(Packet packet)
    {
        int quoted = packet.Family == Family.IPv4 ? 8 + 20 : 8 + 40;
        return packet.Transport.Protocol != IpProtocol.Tcp && packet.TransportBytes.Length >= quoted + 8
            && packet.TransportBytes[quoted..(quoted + 4)].SequenceEqual((ReadOnlySpan<byte>)[0, LastPort, 0, LastPort]);
    }

    /// <summary>IPv4's identification, and the header checksum that covers it; IPv6's flow label, a hash.</summary>
    private static string Comparable(Packet packet)
    {
        byte[] bytes = packet.Bytes.ToArray();
        if (packet.Family == Family.IPv4)
        {
            bytes.AsSpan(4, 2).Clear();
            bytes.AsSpan(10, 2).Clear();
        }
        else
        {
            bytes[1] &= 0xf0;
            bytes.AsSpan(2, 2).Clear();
        }

        return Convert.ToHexString(bytes);
    }
}
