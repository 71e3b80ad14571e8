using System.Net;
using CsCheck;
using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Rejecting;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Testing.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Logging;

/// <summary>miniFirewall's lines are the kernel's, byte by byte: the same packets meet both, coming in, passing and going out.</summary>
public sealed class KernelLineTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 12, PacketsOfARound = 40;

    private readonly TwoLoggers? _loggers = LogOfAllNamespaces.IsThere ? new() : null;

    private TwoLoggers Loggers
    {
        get
        {
            Assert.SkipUnless(_loggers is not null, "the kernel writes LOG's lines of the machine's first namespace only, and this is another");
            return _loggers;
        }
    }

    public void Dispose() => _loggers?.Dispose();

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Of_packets_that_come_in_and_pass(Family family)
    {
        foreach (string destination in family == Family.IPv4 ? (string[])[TwoLoggers.RouterV4, TwoLoggers.ServerV4] : [TwoLoggers.RouterV6, TwoLoggers.ServerV6])
        {
            foreach ((string name, byte[] bytes, bool _) in family == Family.IPv4 ? RejectedPackets.V4(destination) : RejectedPackets.V6(destination))
            {
                Loggers.Receive(family, bytes, new Placement(name.Length % 3 * 100, 4096));
            }

            Compare(least: 40);
        }
    }

    [Fact]
    public void Of_errors_that_quote_packets()
    {
        var tcp = new TcpSegment(4000, 80) { Sequence = 77, Options = [2, 4, 5, 180, 1, 1, 1, 0] };
        byte[] quotedV4 = (IPv4Header.Between(TwoLoggers.RouterV4, TwoLoggers.ServerV4) with { Options = [7, 7, 4, 1, 2, 3, 4, 0], DontFragment = true }).Carry(tcp);
        byte[] quotedV6 = IPv6Header.Between(TwoLoggers.RouterV6, TwoLoggers.ServerV6).Carry(tcp);
        foreach (byte type in (byte[])[3, 4, 5, 11, 12])
        {
            for (byte code = 0; code < 5; code++)
            {
                Loggers.Receive(Family.IPv4, IPv4Header.Between(TwoLoggers.PeerV4, TwoLoggers.RouterV4).Carry(new IcmpMessage(type, code) { Payload = [.. quotedV4] }), Placement.AllInPages);
                Loggers.Receive(Family.IPv4, IPv4Header.Between(TwoLoggers.PeerV4, TwoLoggers.RouterV4).Carry(new IcmpMessage(type, code) { Payload = [.. quotedV4[..(20 + (code * 7))]] }), Placement.AllInPages);
            }
        }

        foreach (byte type in (byte[])[1, 2, 3, 4])
        {
            for (int cut = 0; cut <= quotedV6.Length; cut += 9)
            {
                Loggers.Receive(Family.IPv6, IPv6Header.Between(TwoLoggers.PeerV6, TwoLoggers.RouterV6).Carry(new Icmpv6Message(type, 0) { Payload = [.. quotedV6[..cut]] }), Placement.AllInPages);
            }
        }

        Compare(least: 100);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Of_random_packets_that_are_sent(Family family)
    {
        var edges = RuleEdges.Of("-A OUTPUT -p tcp -m tcp --dport 80 -j LOG\n-A OUTPUT -p udp --sport 53 -j LOG\n-A OUTPUT -p icmp -j LOG\n-A OUTPUT -p ah -j LOG\n-A OUTPUT -p esp -j LOG\n-A OUTPUT -p 136 -j LOG\n");
        Gen<Packet> packets = PacketGen.For(edges, PacketGenOptions.Anything with { MaxLength = 250, InterfacePairs = [("", "left")] }, family, Hook.LocalOut);
        using LocalSender sender = NewSender(family);
        packets.Where(packet => packet.Bytes.Length <= EventRecord.MaxCaptured).Array[PacketsOfARound].Sample(
            made =>
            {
                foreach (Packet packet in made)
                {
                    Loggers.Namespace.Run(() => sender.Send(packet.Bytes, packet.Mark));
                }

                Compare(least: PacketsOfARound);
            },
            iter: Rounds,
            threads: 1);
    }

    [Fact]
    public void Of_random_chains_of_headers()
    {
        using LocalSender sender = NewSender(Family.IPv6);
        HeaderChainGen.Bytes.Where(bytes => bytes.Length <= EventRecord.MaxCaptured).Array[PacketsOfARound].Sample(
            made =>
            {
                foreach (byte[] packet in made)
                {
                    Loggers.Namespace.Run(() => sender.Send(packet, 7));
                }

                Compare(least: PacketsOfARound);
            },
            iter: Rounds,
            threads: 1);
    }

    [Fact]
    public void Of_real_connections()
    {
        Loggers.Namespace.Shell("""
            for address in 127.0.0.1 ::1; do
                setpriv --reuid=1234 --regid=2345 --clear-groups bash -c "echo > /dev/tcp/$address/9; echo > /dev/udp/$address/9" 2> /dev/null
                ping -c 1 $address > /dev/null
            done; true
            """);
        Compare(least: 20, "UID=1234 GID=2345 ");
    }

    private LocalSender NewSender(Family family) => Loggers.Namespace.Run(
        () => new LocalSender(family, IPAddress.Parse(family == Family.IPv4 ? TwoLoggers.ServerV4 : TwoLoggers.ServerV6).GetAddressBytes()));

    private void Compare(int least, string among = "")
    {
        (List<string> kernel, List<string> minifw) = Loggers.Take();
        Assert.Equal(string.Join('\n', kernel), string.Join('\n', minifw));
        Assert.InRange(kernel.Count, least, int.MaxValue);
        Assert.Contains(kernel.DefaultIfEmpty(among), line => line.Contains(among, StringComparison.Ordinal));
        output.WriteLine($"{kernel.Count} lines, such as {kernel.FirstOrDefault()}");
    }
}
