using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>What rules say of a packet whose connection is known, and of one that has none.</summary>
public sealed class ConnectionFactsTests
{
    [Theory]
    [InlineData("-m conntrack --ctproto tcp", "T")]
    [InlineData("-m conntrack ! --ctproto tcp", "Q")]
    [InlineData("-m conntrack --ctorigdst 203.0.113.1 --ctorigdstport 80", "T")]
    [InlineData("-m conntrack --ctreplsrc 198.51.100.20 --ctreplsrcport 8000:8080", "T")]
    [InlineData("-m conntrack --ctrepldst 198.51.100.0/24 ! --ctrepldstport 5000", "T")]
    [InlineData("-m conntrack ! --ctorigsrc 192.0.2.10", "")]
    [InlineData("-m conntrack --ctorigsrcport 7 --ctorigdstport 2048 --ctrepldstport 0", "Q")]
    [InlineData("-m conntrack --ctstate INVALID ! --ctproto tcp", "I")]
    [InlineData("-m conntrack --ctstate NEW,INVALID ! --ctproto tcp", "Q I")]
    [InlineData("-m conntrack --ctstate DNAT", "T")]
    [InlineData("-m conntrack ! --ctstate SNAT", "Q I")]
    [InlineData("-m conntrack --ctstatus ASSURED,EXPECTED", "T")]
    [InlineData("-m conntrack ! --ctstatus NONE", "T Q")]
    [InlineData("-m conntrack --ctstatus NONE", "")]
    [InlineData("-m conntrack --ctexpire 100:200", "T")]
    [InlineData("-m conntrack ! --ctexpire 100", "T Q")]
    [InlineData("-m connmark --mark 5/7", "T")]
    [InlineData("-m connmark ! --mark 5/7", "Q")]
    [InlineData("-m connlabel --label 100", "T")]
    [InlineData("-m connlabel ! --label 100", "Q I")]
    [InlineData("-m connlabel --label 3 --set", "T Q")]
    [InlineData("-m connlabel ! --label 3 --set", "I")]
    [InlineData("-m connbytes --connbytes 10 --connbytes-dir both --connbytes-mode packets", "T")]
    [InlineData("-m connbytes ! --connbytes 10 --connbytes-dir both --connbytes-mode packets", "Q")]
    [InlineData("-m connbytes ! --connbytes 28:28 --connbytes-dir original --connbytes-mode bytes", "Q")]
    [InlineData("-m connbytes --connbytes 0:0 --connbytes-dir reply --connbytes-mode avgpkt", "Q")]
    [InlineData("-m connbytes --connbytes 20:40 --connbytes-dir reply --connbytes-mode avgpkt", "T")]
    [InlineData("-m connlimit --connlimit-above 0", "T Q I")]
    [InlineData("-m connlimit --connlimit-upto 1", "T Q I")]
    [InlineData("-m connlimit --connlimit-above 1", "")]
    [InlineData("-m cluster --cluster-total-nodes 1 --cluster-local-node 1 --cluster-hash-seed 1", "T Q")]
    [InlineData("-m cluster --cluster-total-nodes 1 ! --cluster-local-node 1 --cluster-hash-seed 1", "")]
    public void Matches_these_packets(string match, string names)
    {
        RuleSet rules = Reading.Good($"-4 -A INPUT {match} -j DROP");
        Match read = rules.Find("INPUT")!.Rules.Single().Matches.Single();
        PacketProgram program = RuleSetLowering.Lower(rules, Hook.LocalIn, Family.IPv4, CounterStub.Instance);
        List<string> evaluated = [], lowered = [];
        foreach ((string name, Packet packet) in s_packets)
        {
            if (read.Evaluate(packet) == MatchResult.Match)
            {
                evaluated.Add(name);
            }

            if (PolicyInterpreter.Run(program, packet).Verdict == Verdict.Drop)
            {
                lowered.Add(name);
            }
        }

        Assert.Equal((names, names), (string.Join(' ', evaluated), string.Join(' ', lowered)));
    }

    /// <summary>A TCP connection that is translated both ways, the first packet of an echo request, and a packet without a connection.</summary>
    private static readonly (string Name, Packet Packet)[] s_packets =
    [
        ("T", new Packet(Family.IPv4, Hook.LocalIn, IPv4Header.Between("198.51.100.20", "192.0.2.10").Carry(new TcpSegment(8080, 5000)))
        {
            ConnectionState = ConnectionState.Established,
            ConnectionDirection = ConnectionDirection.Reply,
            Connection = new PacketConnection(6, new(0xc000020a, 0xcb007101, 5000, 80), new(0xc6336414, 0xc6336401, 8080, 5001))
            {
                Status = ConnectionStatus.Confirmed | ConnectionStatus.SeenReply | ConnectionStatus.Assured | ConnectionStatus.SourceTranslated | ConnectionStatus.DestinationTranslated,
                SecondsLeft = 120,
                Mark = 0xf5,
                Labels = UInt128.One << 100,
                OriginalTraffic = new(6, 600),
                ReplyTraffic = new(5, 160),
            },
        }),
        ("Q", new Packet(Family.IPv4, Hook.LocalIn, IPv4Header.Between("192.0.2.10", "192.0.2.2").Carry(new IcmpMessage(8, 0) { Rest = 7 << 16 }))),
        ("I", new Packet(Family.IPv4, Hook.LocalIn, IPv4Header.Between("192.0.2.10", "192.0.2.2").Carry(new TcpSegment(1, 2)))
        {
            ConnectionState = ConnectionState.Invalid,
            ConnectionDirection = ConnectionDirection.None,
        }),
    ];

    private sealed class CounterStub : ICounterIndexes
    {
        internal static CounterStub Instance { get; } = new();

        public int OfRule(Chain chain, Rule rule, Family family) => 1;

        public int OfPolicy(Chain chain, Family family) => 2;
    }
}
