using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>What -m conntrack and -m state say of a packet whose state is known.</summary>
public sealed class ConnectionMeaningTests
{
    [Theory]
    [InlineData("-m conntrack --ctstate NEW", "N")]
    [InlineData("-m conntrack ! --ctstate NEW", "E e R I U")]
    [InlineData("-m conntrack --ctstate RELATED,ESTABLISHED", "E e R")]
    [InlineData("-m conntrack --ctstate INVALID,UNTRACKED", "I U")]
    [InlineData("-m state --state INVALID", "I")]
    [InlineData("-m state ! --state NEW,ESTABLISHED", "R I U")]
    [InlineData("-m conntrack --ctdir ORIGINAL", "N E R")]
    [InlineData("-m conntrack --ctdir REPLY", "e")]
    [InlineData("-m conntrack --ctstate ESTABLISHED --ctdir REPLY", "e")]
    [InlineData("-m conntrack --ctstate ESTABLISHED,INVALID --ctdir REPLY", "e I")]
    [InlineData("-m conntrack --ctstate NEW,UNTRACKED --ctdir ORIGINAL", "N U")]
    public void Matches_these_states(string match, string states)
    {
        RuleSet rules = Reading.Good($"-A INPUT {match} -j DROP");
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

        Assert.Equal((states, states), (string.Join(' ', evaluated), string.Join(' ', lowered)));
    }

    private static readonly (string Name, Packet Packet)[] s_packets =
    [
        ("N", Of(ConnectionState.New, ConnectionDirection.Original)),
        ("E", Of(ConnectionState.Established, ConnectionDirection.Original)),
        ("e", Of(ConnectionState.Established, ConnectionDirection.Reply)),
        ("R", Of(ConnectionState.Related, ConnectionDirection.Original)),
        ("I", Of(ConnectionState.Invalid, ConnectionDirection.None)),
        ("U", Of(ConnectionState.Untracked, ConnectionDirection.None)),
    ];

    private static Packet Of(ConnectionState state, ConnectionDirection direction) =>
        new(Family.IPv4, Hook.LocalIn, IPv4Header.Between("192.0.2.1", "192.0.2.2").Carry(new UdpDatagram(1, 2)))
        {
            ConnectionState = state,
            ConnectionDirection = direction,
        };

    private sealed class CounterStub : ICounterIndexes
    {
        internal static CounterStub Instance { get; } = new();

        public int OfRule(Chain chain, Rule rule, Family family) => 1;

        public int OfPolicy(Chain chain, Family family) => 2;
    }
}
