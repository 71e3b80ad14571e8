using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Programs, straight and with the classifier, and the reference evaluator say the same of packets whose state is given.</summary>
public sealed class CompiledStateTests
{
    private static readonly string[] s_rules =
    [
        "-A INPUT -m conntrack --ctstate INVALID",
        "-A INPUT -m conntrack ! --ctstate NEW,RELATED",
        "-A INPUT -m conntrack --ctdir REPLY",
        "-A INPUT -m conntrack --ctstate ESTABLISHED,UNTRACKED --ctdir ORIGINAL",
        "-A INPUT -p icmp -m icmp --icmp-type 8/0 -m state --state NEW -j DROP",
        "-A INPUT -p icmp -m icmp --icmp-type 8/3 -j DROP",
        "-A INPUT -p udp -m udp --sport 2048 -m state --state RELATED,ESTABLISHED -j DROP",
    ];

    [Theory]
    [InlineData(CompilationWay.Straight)]
    [InlineData(CompilationWay.Classifier)]
    [InlineData(CompilationWay.ClassifierBefore69)]
    public void Programs_say_what_the_evaluator_says(CompilationWay way)
    {
        using var program = new TestRunFirewall(new LoadOptions(PrologueKind.Test, way));
        using var evaluator = new EvaluatorFirewall();
        RuleTexts rules = RuleTexts.Of([Family.IPv4], s_rules);
        program.Load(rules);
        evaluator.Load(rules);
        foreach (Transport transport in new Transport[] { new IcmpMessage(8, 0), new IcmpMessage(8, 3), new UdpDatagram(2048, 9), new TcpSegment(1, 2) })
        {
            foreach (ConnectionState state in Enum.GetValues<ConnectionState>())
            {
                foreach (ConnectionDirection direction in Enum.GetValues<ConnectionDirection>())
                {
                    var packet = new Packet(Family.IPv4, Hook.LocalIn, IPv4Header.Between("192.0.2.1", "192.0.2.2").Carry(transport))
                    {
                        InInterface = "eth0",
                        ConnectionState = state,
                        ConnectionDirection = direction,
                    };
                    Assert.Equal(evaluator.Judge(packet), program.Judge(packet));
                }
            }
        }
    }
}
