using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Testing;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Differential;

/// <summary>-j SYNPROXY beside the kernel's own iptables, packet by packet: counters, and what leaves. <see cref="Connections.ProxiedConnectionTests"/> has whole connections.</summary>
public sealed class SynproxyTests : IDisposable
{
    private const string Client4 = "198.51.100.1", Client6 = "2001:db8:1::1";

    private const string Rules = """
        -A FORWARD -p tcp -m tcp --dport 80 -m conntrack --ctstate INVALID,UNTRACKED -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460
        -A FORWARD -p tcp -m conntrack --ctstate UNTRACKED
        -A FORWARD -m conntrack --ctstate INVALID -j DROP
        -A FORWARD -m conntrack --ctstate NEW
        -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED
        -A OUTPUT -p tcp -m tcp --sport 80 -m conntrack --ctstate INVALID
        -A OUTPUT -p tcp -m tcp --sport 80 -m tcp --tcp-flags ALL SYN,ACK
        """;

    private readonly ChangeTwins _twins = new(["eth0", "eth1"]);

    public void Dispose() => _twins.Dispose();

    /// <summary>In a list that is straight code, and in one that is searched. What is left out comes to the target with any flags.</summary>
    [Theory]
    [InlineData(Family.IPv4, 0)]
    [InlineData(Family.IPv6, 0)]
    [InlineData(Family.IPv4, 60)]
    [InlineData(Family.IPv6, 60)]
    public void Flags_say_what_becomes_of_a_packet(Family family, int others)
    {
        Load(family, others, Rules);
        string seen = "";
        for (int flags = 0; flags < 64; flags++)
        {
            seen = _twins.Compare(Packet(family, new TcpSegment(1000, 80) { Flags = (TcpFlags)flags, Options = [2, 4, 5, 0xb4] }));
        }

        // A SYN alone, or an ACK alone, with PSH or URG or both or none, does not pass: 8 of 64, of which 4 are answered.
        Assert.Equal((56, 4), (PacketWatch.Unmarked(seen, Hook.Forward), PacketWatch.Unmarked(seen, Hook.LocalOut)));
    }

    /// <summary>A cut header, a wrong checksum of what is answered, and options that are none.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void What_cannot_be_answered_is_dropped(Family family)
    {
        Load(family, 0, Rules);
        byte[] whole = Packet(family, new TcpSegment(1000, 80)).Bytes.ToArray();
        byte[] wrong = [.. whole];
        wrong[^4] ^= 1;
        Assert.Equal(0, PacketWatch.Unmarked(_twins.Compare(Packet(family, wrong)), Hook.Forward));
        foreach (int length in (int[])[4, 13, 14, 19])
        {
            int header = whole.Length - 20;
            byte[] cut = whole[..(header + length)];
            if (family == Family.IPv4)
            {
                cut = IPv4Header.Between(Client4, "203.0.113.9").Carry(new RawTransport(IpProtocol.Tcp) { Payload = [.. whole[header..(header + length)]] });
            }
            else
            {
                cut[5] = (byte)length;
            }

            _twins.Compare(Packet(family, cut));
        }

        Assert.Equal(0, PacketWatch.Unmarked(_twins.Compare(Packet(family, new TcpSegment(1000, 80) { Options = [2, 40, 0, 0] })), Hook.Forward));
    }

    /// <summary>Matches that remember are asked once of a packet, whatever its flags.</summary>
    [Fact]
    public void What_a_match_counts_it_counts_once()
    {
        Load(Family.IPv4, 0, "-A FORWARD -p tcp -m statistic --mode nth --every 3 --packet 0 -j SYNPROXY --mss 1000\n-A FORWARD -p tcp -m tcp --dport 80");
        foreach (TcpFlags flags in (TcpFlags[])[TcpFlags.Syn, TcpFlags.Rst, TcpFlags.Fin, TcpFlags.Syn, TcpFlags.Syn, TcpFlags.Rst, TcpFlags.Fin | TcpFlags.Ack, TcpFlags.Fin, TcpFlags.Syn])
        {
            _twins.Compare(Packet(Family.IPv4, new TcpSegment(1000, 80) { Flags = flags }));
        }
    }

    /// <summary>The compiled programs and the reference, of packets with any flags and of any length.</summary>
    [Theory]
    [InlineData(CompilationWay.Straight)]
    [InlineData(CompilationWay.Classifier)]
    public void As_the_reference(CompilationWay way)
    {
        RuleTexts rules = RuleTexts.Of(Scenario.Families, ["-A INPUT -p tcp -m tcp --dport 80 -j SYNPROXY", "-A INPUT -p tcp -m ttl --ttl-gt 5 -j SYNPROXY --ecn", "-A INPUT -p tcp"]);
        using var run = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way));
        using var reference = new EvaluatorFirewall();
        run.Load(rules);
        reference.Load(rules);
        int met = 0;
        foreach (ushort port in (ushort[])[80, 81])
        {
            byte[] whole = IPv4Header.Between(Client4, "203.0.113.9").Carry(new TcpSegment(1000, port) { Flags = TcpFlags.Ack });
            for (int length = 0; length <= 20; length++)
            {
                byte[] cut = IPv4Header.Between(Client4, "203.0.113.9").Carry(new RawTransport(IpProtocol.Tcp) { Payload = [.. whole[20..(20 + length)]] });
                met += Alike(run, reference, cut);
            }

            for (int flags = 0; flags < 256; flags++)
            {
                met += Alike(run, reference, IPv4Header.Between(Client4, "203.0.113.9").Carry(new TcpSegment(1000, port) { Flags = (TcpFlags)flags }));
            }
        }

        Assert.InRange(met, 512, 560);
    }

    private static int Alike(TestRunFirewall run, EvaluatorFirewall reference, byte[] bytes)
    {
        var packet = new Packet(Family.IPv4, Hook.LocalIn, bytes) { InInterface = "eth0" };
        if (!run.CanMeet(packet))
        {
            return 0;
        }

        Assert.Equal((Convert.ToHexString(bytes), reference.Judge(packet)), (Convert.ToHexString(bytes), run.Judge(packet)));
        return 1;
    }

    private void Load(Family family, int others, string rules)
    {
        string more = string.Concat(Enumerable.Range(1, others).Select(number => $"-A FORWARD -p udp -m udp --dport {number} -j ACCEPT\n"));
        string text = $"*filter\n{more}{rules}\nCOMMIT\n";
        _twins.LoadOrSkip(new RuleTexts(text, new Dictionary<Family, string> { [family] = text }));
        foreach ((string version, string client) in (ReadOnlySpan<(string, string)>)[("-4", Client4), ("-6", Client6)])
        {
            _twins.Execute("ip", version, "route", "add", client, "dev", "eth0");
            _twins.Execute("ip", version, "rule", "add", "to", client, "lookup", "main", "pref", "0");
        }

        _twins.Execute(family == Family.IPv4 ? "iptables-legacy" : "ip6tables-legacy", "-t", "raw", "-A", "PREROUTING", "-p", "tcp", "--dport", "80", "-j", "CT", "--notrack");
    }

    private static Packet Packet(Family family, Transport transport) => Packet(family, family == Family.IPv4
        ? IPv4Header.Between(Client4, "203.0.113.9").Carry(transport)
        : IPv6Header.Between(Client6, "2001:db8:2::9").Carry(transport));

    private static Packet Packet(Family family, byte[] bytes) => new(family, Hook.Forward, bytes) { InInterface = "eth0", OutInterface = "eth1" };
}
