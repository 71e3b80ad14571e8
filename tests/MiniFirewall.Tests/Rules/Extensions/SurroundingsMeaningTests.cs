using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Testing.Packets;
using MiniFirewall.Testing.Rules;
using Xunit;

namespace MiniFirewall.Tests.Rules.Extensions;

/// <summary>What matches about surroundings mean: by hand, and evaluated beside lowered.</summary>
public sealed class SurroundingsMeaningTests
{
    private static readonly Packet Bare = Udp(Family.IPv4, Hook.LocalIn, "198.51.100.7", "192.0.2.1");

    [Theory]
    [InlineData("-m mac --mac-source 02:00:5e:10:00:01", true)]
    [InlineData("-m mac ! --mac-source 02:00:5e:10:00:01", false)]
    [InlineData("-m mac ! --mac-source 02:00:5e:10:00:02", true)]
    public void Mac(string match, bool matches)
    {
        Assert.Equal(matches, Holds(match, new(Family.IPv4, Hook.LocalIn, Bare.Bytes) { Link = new(0x0200_5e10_0001, 0x0800) }));
        Assert.False(Holds(match, Bare));
    }

    [Theory]
    [InlineData("2001:db8::5eff:fe10:1", 0x0200_5e10_0001, 0x86dd, true)]
    [InlineData("2001:db8::a2ff:5eff:fe10:1", 0xa0ff_5e10_0001, 0x86dd, true)]
    [InlineData("2001:db8::200:5eff:fe10:1", 0x0200_5e10_0001, 0x86dd, false)]
    [InlineData("2001:db8::5eff:fe10:2", 0x0200_5e10_0001, 0x86dd, false)]
    [InlineData("2001:db8::5eff:fe10:1", 0x0200_5e10_0001, 0x8100, false)]
    public void Eui64(string source, ulong link, int type, bool matches) => Assert.Equal(
        matches, Holds("-m eui64", new(Family.IPv6, Hook.LocalIn, Udp(Family.IPv6, Hook.LocalIn, source, "2001:db8::9").Bytes) { Link = new(link, (ushort)type) }));

    [Theory]
    [InlineData(LinkType.Host, "192.0.2.1", "unicast")]
    [InlineData(LinkType.Broadcast, "192.0.2.1", "broadcast")]
    [InlineData(LinkType.Loopback, "192.0.2.255", "broadcast")]
    [InlineData(LinkType.Loopback, "224.0.0.1", "multicast")]
    [InlineData(LinkType.OtherHost, "192.0.2.1", "otherhost")]
    public void Pkttype(LinkType type, string destination, string name)
    {
        Packet packet = new(Family.IPv4, Hook.LocalIn, Udp(Family.IPv4, Hook.LocalIn, "198.51.100.7", destination).Bytes) { LinkType = type };
        foreach (string asked in new[] { "unicast", "broadcast", "multicast", "otherhost" })
        {
            Assert.Equal(asked == name, Holds($"-m pkttype --pkt-type {asked}", packet));
            Assert.Equal(asked != name, Holds($"-m pkttype ! --pkt-type {asked}", packet));
        }
    }

    [Theory]
    [InlineData("--dst-type LOCAL", true)]
    [InlineData("! --dst-type LOCAL", false)]
    [InlineData("--src-type UNICAST --dst-type LOCAL,BROADCAST", true)]
    [InlineData("--src-type LOCAL", false)]
    [InlineData("--dst-type LOCAL --limit-iface-in", false)]
    [InlineData("--dst-type UNICAST --limit-iface-in", true)]
    [InlineData("--dst-type THROW,NAT", false)]
    public void Addrtype(string match, bool matches) => Assert.Equal(
        matches,
        Holds("-m addrtype " + match, new(Family.IPv4, Hook.LocalIn, Bare.Bytes) { DestinationTypes = new(AddressType.Local, AddressType.Unicast, AddressType.Local) }));

    [Theory]
    [InlineData(Hook.LocalIn, "192.0.2.1", AddressType.Local)]
    [InlineData(Hook.Forward, "192.0.2.1", AddressType.Unicast)]
    [InlineData(Hook.LocalOut, "192.0.2.1", AddressType.Unicast)]
    [InlineData(Hook.LocalIn, "255.255.255.255", AddressType.Broadcast)]
    [InlineData(Hook.LocalOut, "239.1.2.3", AddressType.Multicast)]
    public void An_address_has_its_usual_type_where_nothing_is_said(Hook hook, string destination, AddressType type) =>
        Assert.Equal(AddressTypes.Same(type), Udp(Family.IPv4, hook, "198.51.100.7", destination).DestinationTypes);

    [Theory]
    [InlineData("--uid-owner 1000", true, false, false)]
    [InlineData("! --uid-owner 1000", false, true, true)]
    [InlineData("--uid-owner 1001-2000", false, false, false)]
    [InlineData("--gid-owner 7", false, false, false)]
    [InlineData("--gid-owner 7-8 --suppl-groups", true, false, false)]
    [InlineData("! --gid-owner 7 --suppl-groups", false, true, true)]
    [InlineData("--socket-exists", true, true, false)]
    [InlineData("! --socket-exists", false, false, true)]
    [InlineData("--socket-exists ! --uid-owner 5", true, true, false)]
    [InlineData("! --socket-exists ! --uid-owner 5", false, false, true)]
    public void Owner(string match, bool owned, bool withoutFile, bool withoutSocket)
    {
        PacketSocket[] sockets = [new() { Owner = new SocketOwner(1000, 100) { Groups = [6, 7] } }, new()];
        bool[] holds = [.. sockets.Select(socket => Holds("-m owner " + match, new(Family.IPv4, Hook.LocalOut, Bare.Bytes) { Socket = socket }))];
        Assert.Equal([owned, withoutFile], holds);
        Assert.Equal(withoutSocket, Holds("-m owner " + match, new(Family.IPv4, Hook.LocalOut, Bare.Bytes)));
    }

    [Theory]
    [InlineData("/", true)]
    [InlineData("one", true)]
    [InlineData("/one/two/", true)]
    [InlineData("one/other", false)]
    [InlineData("one/two/three", false)]
    public void Cgroup(string path, bool holds)
    {
        var options = Reading.Options() with { Cgroups = new OneBranch() };
        var socket = new PacketSocket { Cgroups = [1, 10, 20] };
        foreach (bool negated in new[] { false, true })
        {
            string line = $"-A OUTPUT -m cgroup {(negated ? "! " : "")}--path \"{path}\"";
            Match match = RuleSetReader.Read("rules", line, options).Rules!.Find("OUTPUT")!.Rules.Single().Matches.Single();
            Assert.Equal(holds != negated, match.Evaluate(new(Family.IPv4, Hook.LocalOut, Bare.Bytes) { Socket = socket }) == MatchResult.Match);
            Assert.Equal(MatchResult.Miss, match.Evaluate(new(Family.IPv4, Hook.LocalOut, Bare.Bytes)));
        }
    }

    [Theory]
    [InlineData("--physdev-in left0", true, false, true)]
    [InlineData("! --physdev-in left0", false, true, true)]
    [InlineData("--physdev-out right+", true, false, false)]
    [InlineData("! --physdev-out right0", false, true, false)]
    [InlineData("! --physdev-out other", true, true, false)]
    [InlineData("--physdev-is-in", true, false, false)]
    [InlineData("--physdev-is-bridged", true, false, false)]
    [InlineData("! --physdev-is-bridged", false, true, true)]
    public void Physdev(string match, bool bridged, bool unseen, bool withoutPorts)
    {
        Assert.Equal(bridged, Holds("-m physdev " + match, OnBridge(new BridgePorts("left0", "right0"))));
        Assert.Equal(unseen, Holds("-m physdev " + match, OnBridge(null)));
        Assert.Equal(withoutPorts, Holds("-m physdev " + match, OnBridge(new BridgePorts("", ""))));

        static Packet OnBridge(BridgePorts? ports) => new(Family.IPv4, Hook.Forward, Bare.Bytes) { Bridge = ports };
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Lowered_matches_mean_what_they_say(Family family)
    {
        var random = new Random(3);
        int held = 0, compared = 0;
        foreach (Hook hook in new[] { Hook.LocalIn, Hook.Forward, Hook.LocalOut })
        {
            string[] matches = [.. SurroundingsRules.For(hook, family)];
            RuleSet rules = Reading.Good(string.Concat(matches.Select(match => $"-A {SurroundingsRules.ChainOf(hook)} {match}\n")), family.ToSet());
            PacketProgram program = RuleSetLowering.Lower(rules, hook, family, new InOrder(rules.Find(SurroundingsRules.ChainOf(hook))!));
            for (int i = 0; i < 300; i++)
            {
                Packet packet = SurroundedPackets.Next(random, family, hook);
                (_, IReadOnlyList<int> counted) = PolicyInterpreter.Run(program, packet, rules.Sets);
                int[] expected = [.. Enumerable.Range(0, matches.Length).Where(at => MatchOf(rules, hook, at).Evaluate(packet) == MatchResult.Match)];
                Assert.Equal(expected, counted.Where(counter => counter >= 0));
                held += expected.Length;
                compared += matches.Length;
            }
        }

        Assert.InRange(held, compared / 5, compared * 4 / 5);
    }

    private static Match MatchOf(RuleSet rules, Hook hook, int at) => rules.Find(SurroundingsRules.ChainOf(hook))!.Rules[at].Matches.Single();

    private static bool Holds(string match, Packet packet)
    {
        RuleSet rules = Reading.Good($"-A {SurroundingsRules.ChainOf(packet.Hook)} {match}", packet.Family.ToSet());
        return MatchOf(rules, packet.Hook, 0).Evaluate(packet) == MatchResult.Match;
    }

    private static Packet Udp(Family family, Hook hook, string source, string destination)
    {
        var datagram = new UdpDatagram(1000, 9);
        return new(family, hook, family == Family.IPv4 ? IPv4Header.Between(source, destination).Carry(datagram) : IPv6Header.Between(source, destination).Carry(datagram));
    }

    /// <summary>Cgroups one, two and three, each in the one before, with ids 10, 20 and 30; any other has id 99.</summary>
    private sealed class OneBranch : ICgroups
    {
        public Cgroup? Find(string path)
        {
            string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            ulong id = names.Length == 0 ? 1 : names[^1] switch { "one" => 10ul, "two" => 20, "three" => 30, _ => 99 };
            return new Cgroup(id, names.Length);
        }
    }

    /// <summary>A rule's counter is its place in the chain; policies have none.</summary>
    private sealed class InOrder(Chain chain) : ICounterIndexes
    {
        public int OfRule(Chain asked, Rule rule, Family family) => chain.Rules.IndexOf(rule);

        public int OfPolicy(Chain asked, Family family) => -1;
    }
}
