using System.Net;
using MiniFirewall.Dns;
using MiniFirewall.Dns.Files;
using MiniFirewall.Dns.Messages;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Names;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Testing.Dns;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Names;

/// <summary>A namespace with a name server whose answers a test writes down, and a clock that the test moves.</summary>
internal sealed class NameLab : IDisposable
{
    private readonly Dictionary<string, (string Address, uint Seconds)[]> _records = [];

    internal NameLab()
    {
        Server = new NameServer(Namespace, Answer);
        Parts = new EngineParts
        {
            Root = Namespace.Root,
            Names = new NameSettings { WaitSeconds = 20 },
            Resolver = settings => Resolver(settings, Server.Port),
            Clock = () => Now,
        };
    }

    internal TestNamespace Namespace { get; } = new();

    internal NameServer Server { get; }

    internal EngineParts Parts { get; set; }

    internal long Now { get; set; } = 1_000_000;

    internal static HostResolver Resolver(NameSettings settings, params int[] ports) => new(
        HostsFile.Parse(["192.0.2.77 filed.example"]),
        HostOrder.Default,
        ResolvConf.Default with { Servers = [.. ports.Select(port => new IPEndPoint(IPAddress.Loopback, port))], Timeout = TimeSpan.FromSeconds(10), Attempts = 1 },
        settings);

    /// <summary>From now on the server says this of a name: "ADDRESS SECONDS" each; that there is none where nothing is given.</summary>
    internal void Say(string name, params string[] records)
    {
        lock (_records)
        {
            _records[name] = [.. records.Select(record => record.Split(' ')).Select(words => (words[0], uint.Parse(words[1])))];
        }
    }

    internal void Apply(string text) => Namespace.Run(() => FirewallEngine.Open(Parts).Apply(Read(text)));

    internal LoadedRuleSet Loaded() => Namespace.Run(() => FirewallEngine.Open(Parts).Read())!;

    /// <summary>One turn of who keeps names true.</summary>
    internal KnownName[] Turn(params LearntAddress[] learnt) => Namespace.Run(() =>
        new NameKeeper(Parts, FirewallEngine.Open(Parts).Namespace, Parts.Names!).Refresh(name => name.Next <= Now, learnt)!.Names.ToArray());

    /// <summary>The addresses that programs find for a rule's destination or source, as text.</summary>
    internal string Addresses(string name) => string.Join(' ', MiniFirewall.Rules.Names.LiveNames.Of(Loaded().Rules).Hosts.Single(host => host.Name == name) is var host
        ? host.V4.Select(address => MiniFirewall.Rules.Values.AddressNotation.Print(Family.IPv4, address))
            .Concat(host.V6.Select(address => MiniFirewall.Rules.Values.AddressNotation.Print(Family.IPv6, address)))
        : []);

    internal static RuleSet Read(string text)
    {
        ReadResult result = RuleSetReader.Read("rules", text, new ReadOptions { LiveNames = true });
        Assert.True(result.Rules is not null, string.Join('\n', result.Diagnostics));
        return result.Rules;
    }

    public void Dispose()
    {
        Server.Dispose();
        Namespace.Dispose();
    }

    private IEnumerable<byte[]> Answer(ushort id, DnsQuestion question, bool isTcp)
    {
        (string Address, uint Seconds)[]? records;
        lock (_records)
        {
            _records.TryGetValue(question.Name, out records);
        }

        var answer = new MessageText(id, question.Name, question.Type, code: records is { Length: > 0 } ? 0 : 3);
        foreach ((string address, uint seconds) in records ?? [])
        {
            if (address.Contains(':', StringComparison.Ordinal) == (question.Family == Family.IPv6))
            {
                answer.Address(question.Name, address, seconds);
            }
        }

        yield return answer.ToBytes();
    }
}
