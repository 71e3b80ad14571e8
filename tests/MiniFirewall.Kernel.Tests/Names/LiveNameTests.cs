using System.Net;
using System.Net.Sockets;
using MiniFirewall.Dns;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Names;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Names;

/// <summary>Names of rules in force follow their addresses, and nothing but addresses changes with them.</summary>
public sealed class LiveNameTests : IDisposable
{
    private const string Dropping = "-A INPUT -p udp --dport 1001 -s here.lan -j DROP\n-A INPUT -p udp --dport 1002 ! -s here.lan -j DROP\n";

    private readonly NameLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void A_name_is_met_where_it_is_and_rules_and_counters_stay_when_it_moves()
    {
        _lab.Say("here.lan", "127.0.0.1 100");
        _lab.Apply(Dropping);
        Assert.Equal("4:1001 6:1002", Dropped());
        LoadedRuleSet before = _lab.Loaded();
        Assert.Equal("-s here.lan -p udp -m udp --dport 1001 -j DROP", before.Rules.Chains[0].Rules[0].ToString());

        _lab.Say("here.lan", "::1 100");
        _lab.Now += 200;
        _lab.Turn();
        Assert.Equal("::1", _lab.Addresses("here.lan"));
        Assert.Equal("4:1002 6:1001", Dropped());
        LoadedRuleSet after = _lab.Loaded();
        Assert.Equal(before.Generation, after.Generation);
        Assert.Equal(before.Programs, after.Programs);
        Chain input = after.Rules.Chains[0];
        Assert.Equal(before.CounterOf(before.Rules.Chains[0], 1, Family.IPv4), after.CounterOf(input, 1, Family.IPv4));
        Assert.Equal((1UL, 1UL), (after.OfRule(input, 1, Family.IPv4).Packets, after.OfRule(input, 1, Family.IPv6).Packets));
    }

    [Fact]
    public void A_name_without_an_address_stops_no_load_and_is_met_from_the_first_answer_on()
    {
        _lab.Apply(Dropping + "-A INPUT -p udp --dport 1003 ! -s here.lan -j RETURN\n-A INPUT -p udp --dport 1003 -j DROP\n");
        Assert.Equal("4:1002 4:1003 6:1002 6:1003", Dropped());
        KnownName name = Assert.Single(_lab.Turn());
        Assert.Equal((false, "there is no such name", 1), (name.IsKnown, name.Error, name.Failures));

        _lab.Say("here.lan", "127.0.0.1 100");
        _lab.Now += 1000;
        _lab.Turn();
        Assert.Equal("4:1001 4:1003 6:1002", Dropped());
    }

    [Fact]
    public void What_was_known_last_is_kept_while_nobody_can_say_more()
    {
        _lab.Say("bigmart.com", "198.51.100.1 60", "2001:db8::1 60");
        _lab.Apply("-A OUTPUT -d bigmart.com -j ACCEPT\n");
        foreach (NameServer.Answering bad in new NameServer.Answering[]
        {
            (id, question, _) => [new Testing.Dns.MessageText(id, question.Name, question.Type, code: 2).ToBytes()],
            (id, question, _) => [new Testing.Dns.MessageText(id, question.Name, question.Type, code: 3).ToBytes()],
            (id, question, _) => [new Testing.Dns.MessageText(id, question.Name, question.Type).ToBytes()],
            (id, question, _) => [new Testing.Dns.MessageText(id, question.Name, question.Type).Address(question.Name, question.Family == Family.IPv4 ? "10.0.0.1" : "fd00::1", 60).ToBytes()],
        })
        {
            _lab.Server.Answer = bad;
            _lab.Now += 10_000;
            KnownName name = Assert.Single(_lab.Turn());
            Assert.NotEqual("", name.Error);
            Assert.Equal("198.51.100.1 2001:db8::1", _lab.Addresses("bigmart.com"));
        }

        // Another load keeps it as well, and one that may not wait asks nobody.
        int asked = _lab.Server.Asked;
        _lab.Now += 10_000;
        _lab.Namespace.Run(() => FirewallEngine.Open(_lab.Parts).Apply(NameLab.Read("-A OUTPUT -d bigmart.com -j ACCEPT\n-A OUTPUT -j DROP\n"), new ApplyOptions { NameWait = TimeSpan.Zero }));
        Assert.Equal("198.51.100.1 2001:db8::1", _lab.Addresses("bigmart.com"));
        Assert.Equal(asked, _lab.Server.Asked);
    }

    [Fact]
    public void Addresses_of_a_file_come_before_those_of_servers_and_go_with_it()
    {
        _lab.Apply("-A OUTPUT -d filed.example -j ACCEPT\n");
        Assert.Equal("192.0.2.77", _lab.Addresses("filed.example"));
        Assert.Equal(0, _lab.Server.Asked);
        Assert.Equal(KnownName.FromFiles, Assert.Single(_lab.Turn()).Origin);
    }

    [Fact]
    public void An_address_ends_when_its_time_is_over_and_not_while_a_connection_has_it()
    {
        _lab.Say("here.lan", "127.0.0.1 60", "127.0.0.2 60");
        _lab.Apply("-A INPUT -p udp --dport 1001 -s here.lan -j DROP\n");
        using (Socket socket = _lab.Namespace.Run(() =>
        {
            var connected = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            connected.Connect(IPAddress.Parse("127.0.0.2"), 9);
            return connected;
        }))
        {
            _lab.Say("here.lan", "127.0.0.3 60");
            _lab.Now += 61;
            _lab.Turn();
            Assert.Equal("127.0.0.1 127.0.0.2 127.0.0.3", _lab.Addresses("here.lan"));
            _lab.Now += 10;
            _lab.Turn();
            Assert.Equal("127.0.0.2 127.0.0.3", _lab.Addresses("here.lan"));
        }

        // A process that another test has just begun has the socket, too, until it runs its program.
        _lab.Now += 1;
        Trials.Waiting.Until("the closed socket's address has gone", () =>
        {
            _lab.Turn();
            return _lab.Addresses("here.lan") == "127.0.0.3";
        });
    }

    [Fact]
    public void A_tracked_connection_holds_an_address_too()
    {
        _lab.Say("here.lan", "127.0.0.1 60");
        _lab.Apply("-A INPUT -m conntrack --ctstate INVALID -j DROP\n-A INPUT -p udp --dport 1001 -s here.lan -j ACCEPT\n");
        _lab.Namespace.Run(() =>
        {
            using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            receiver.Bind(new IPEndPoint(IPAddress.Loopback, 1001));
            sender.SendTo(new byte[1], receiver.LocalEndPoint!);
        });
        _lab.Say("here.lan", "127.0.0.3 60");
        _lab.Now += 100;
        _lab.Turn();
        _lab.Now += 1;
        _lab.Turn();
        Assert.Equal("127.0.0.1 127.0.0.3", _lab.Addresses("here.lan"));
        _lab.Namespace.Run(() =>
        {
            using var connections = FirewallEngine.Open(_lab.Parts).OpenConnections();
            Assert.True(connections!.Cut((in MiniFirewall.Engine.Connections.Connection _) => true) > 0);
        });
        _lab.Turn();
        Assert.Equal("127.0.0.3", _lab.Addresses("here.lan"));
    }

    [Fact]
    public void Patterns_have_what_they_are_taught_and_lose_it_with_time()
    {
        _lab.Apply("-A INPUT -p udp --dport 1001 -s *.here.lan -j DROP\n");
        Assert.Equal("", Dropped());
        Assert.Equal(0, _lab.Server.Asked);
        Assert.True(Assert.Single(_lab.Turn(new LearntAddress("*.here.lan", new NameAddress(Family.IPv4, 0x7f00_0001, 300)))).IsKnown);
        Assert.Equal("4:1001", Dropped());
        _lab.Now += 301;
        _lab.Turn();
        Assert.Equal("", Dropped());
    }

    [Fact]
    public void A_server_that_says_too_much_is_heard_up_to_a_bound()
    {
        _lab.Parts = _lab.Parts with { Names = new NameSettings { MostAddresses = 4, WaitSeconds = 20 } };
        for (int turn = 0; turn < 5; turn++)
        {
            _lab.Say("bigmart.com", [.. Enumerable.Range(0, 9).Select(i => $"198.51.{turn}.{i} 3600")]);
            _lab.Now += 4000;
            if (turn == 0)
            {
                _lab.Apply("-A OUTPUT -d bigmart.com -j ACCEPT\n");
            }

            KnownName name = Assert.Single(_lab.Turn());
            Assert.Contains("5 addresses left out: more than 4 of a family", name.Error, StringComparison.Ordinal);
            Assert.InRange(name.Addresses.Length, 4, 8);
        }
    }

    [Fact]
    public void Names_of_rules_that_are_gone_are_forgotten_and_off_leaves_nothing()
    {
        _lab.Say("a.example", "198.51.100.1 60");
        _lab.Say("b.example", "198.51.100.2 60");
        _lab.Apply("-A OUTPUT -d a.example -j ACCEPT\n-A OUTPUT -d b.example -j ACCEPT\n");
        _lab.Apply("-A OUTPUT -d b.example -j ACCEPT\n");
        Assert.Equal("b.example", Assert.Single(_lab.Turn()).Name);
        _lab.Namespace.Run(() => FirewallEngine.Open(_lab.Parts).Off());
        Assert.Empty(System.IO.Directory.GetFiles(_lab.Namespace.Root, "names-*"));
    }

    private string Dropped() => _lab.Namespace.Run(() => Probe.Dropped(1001, 1002, 1003));
}
