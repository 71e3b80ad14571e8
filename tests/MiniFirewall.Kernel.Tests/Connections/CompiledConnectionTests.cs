using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Programs, straight and with the classifier, and the reference evaluator say the same of packets whose connection is given.</summary>
public sealed class CompiledConnectionTests
{
    private static readonly string[] s_both =
    [
        "-m conntrack --ctproto tcp", "-m conntrack ! --ctproto udp", "-m conntrack --ctorigsrcport 5000:6000", "-m conntrack ! --ctorigdstport 80",
        "-m conntrack --ctreplsrcport 0:100", "-m conntrack --ctstate INVALID --ctrepldstport 9", "-m conntrack --ctstatus ASSURED", "-m conntrack ! --ctstatus EXPECTED,CONFIRMED",
        "-m conntrack --ctexpire 3:5", "-m conntrack ! --ctexpire 4000000000:4294967295", "-m conntrack --ctstate DNAT", "-m conntrack ! --ctstate NEW,SNAT",
        "-m connmark --mark 0x80000000/0x80000001", "-m connmark ! --mark 7", "-m connlabel --label 127", "-m connlabel ! --label 64", "-m connlabel --label 1 --set",
        "-m connbytes --connbytes 5: --connbytes-dir both --connbytes-mode packets", "-m connbytes ! --connbytes 1:18446744073709551614 --connbytes-dir reply --connbytes-mode bytes",
        "-m connbytes --connbytes 7:9 --connbytes-dir original --connbytes-mode avgpkt", "-m connlimit --connlimit-upto 1", "-m connlimit --connlimit-above 1",
        "-m cluster --cluster-total-nodes 3 --cluster-local-nodemask 5 --cluster-hash-seed 0xffffffff", "-m cluster --cluster-total-nodes 32 ! --cluster-local-node 32 --cluster-hash-seed 5",
    ];

    private static string[] Hosts(Family family) => family == Family.IPv4
        ? ["-m conntrack --ctorigsrc 192.0.2.0/24", "-m conntrack ! --ctorigdst 192.0.2.128/25", "-m conntrack --ctreplsrc 192.0.2.5", "-m conntrack --ctstate UNTRACKED ! --ctrepldst 0.0.0.0/0"]
        : ["-m conntrack --ctorigsrc 2001:db8::/32", "-m conntrack ! --ctorigdst 2001:db8:0:0:8000::/65", "-m conntrack --ctreplsrc 2001:db8::5", "-m conntrack --ctstate UNTRACKED ! --ctrepldst ::/0"];

    [Theory]
    [InlineData(Family.IPv4, CompilationWay.Straight)]
    [InlineData(Family.IPv4, CompilationWay.Classifier)]
    [InlineData(Family.IPv6, CompilationWay.Straight)]
    [InlineData(Family.IPv6, CompilationWay.Classifier)]
    [InlineData(Family.IPv6, CompilationWay.ClassifierBefore69)]
    public void Programs_say_what_the_evaluator_says(Family family, CompilationWay way)
    {
        using var program = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way));
        using var evaluator = new EvaluatorFirewall();
        RuleTexts rules = RuleTexts.Of([family], [.. s_both.Concat(Hosts(family)).Select(match => $"-A INPUT {match}"), "-A INPUT -j CONNMARK --set-xmark 1/2"]);
        program.Load(rules);
        evaluator.Load(rules);
        var random = new Random(7);
        for (int i = 0; i < 400; i++)
        {
            Packet packet = Any(random, family);
            Assert.Equal(evaluator.Judge(packet), program.Judge(packet));
        }
    }

    private static Packet Any(Random random, Family family)
    {
        var udp = new UdpDatagram(1, 2);
        byte[] bytes = family == Family.IPv4 ? IPv4Header.Between("192.0.2.1", "192.0.2.2").Carry(udp) : IPv6Header.Between("2001:db8::1", "2001:db8::2").Carry(udp);
        return new Packet(family, Hook.LocalIn, bytes)
        {
            InInterface = "eth0",
            ConnectionState = (ConnectionState)random.Next(1, 6),
            ConnectionDirection = (ConnectionDirection)random.Next(3),
            Connection = new PacketConnection(Pick<byte>(6, 17, 1), Path(), Path())
            {
                Status = (ConnectionStatus)random.Next(64),
                SecondsLeft = Pick<uint>(0, 3, 4, 5, 6, uint.MaxValue),
                Mark = Pick<uint>(0, 7, 0x80000000, 0x80000001),
                Labels = (UInt128)random.NextInt64() << Pick(0, 64, 65),
                OriginalTraffic = new(Pick<ulong>(0, 1, 4, 5), Pick<ulong>(0, 8, 45, ulong.MaxValue)),
                ReplyTraffic = new(Pick<ulong>(0, 1, ulong.MaxValue), Pick<ulong>(0, 1, ulong.MaxValue)),
            },
        };

        T Pick<T>(params T[] of) => of[random.Next(of.Length)];

        ConnectionPath Path() => new(Address(), Address(), Pick<ushort>(0, 80, 5000, 6001), Pick<ushort>(9, 80, 100));

        UInt128 Address() => family == Family.IPv4
            ? Pick<UInt128>(0xc0000205, 0xc0000280, 0xcb007101)
            : Pick<UInt128>(new UInt128(0x20010db800000000, 5), new UInt128(0x20010db800000000, 0x8000000000000001), new UInt128(0x2a00000000000000, 5));
    }
}
