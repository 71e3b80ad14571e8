using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>
/// A host with a container whose port it publishes as Docker does, by the nat table of iptables-legacy: translation stays whatever minifw does,
/// and what passes through follows the rules of FORWARD.
/// </summary>
public sealed class PublishedPortTests : IDisposable
{
    private readonly NamedNamespace _host = new(), _client = new(), _container = new();

    public PublishedPortTests()
    {
        VethPair.Join(_host, _client);
        CommandResult made = _host.Shell($"""
            set -e
            ip link add docker0 type veth peer name eth0 netns {_container.Path}
            ip addr add 172.17.0.1/24 dev docker0; ip link set docker0 up
            nsenter --net={_container.Path} sh -c 'ip addr add 172.17.0.2/24 dev eth0; ip link set eth0 up; ip route add default via 172.17.0.1'
            echo 1 > /proc/sys/net/ipv4/ip_forward
            iptables-legacy -t nat -N DOCKER
            iptables-legacy -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
            iptables-legacy -t nat -A POSTROUTING -s 172.17.0.0/24 ! -o docker0 -j MASQUERADE
            iptables-legacy -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8443 -j DNAT --to-destination 172.17.0.2:443
            """);
        Assert.True(made.ExitCode == 0, made.Error);
    }

    public void Dispose()
    {
        _host.Dispose();
        _client.Dispose();
        _container.Dispose();
    }

    [Fact]
    public void It_follows_the_rules_of_FORWARD_and_translation_goes_on()
    {
        using var server = new Listener(_container, "0.0.0.0", 443);
        Assert.True(IsReached());

        // What iptables-save says of such a host: its filter table comes over, and its nat table stays where it is.
        string file = Path.GetTempFileName();
        try
        {
            string nat = Nat();
            File.WriteAllText(file, nat + "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n");
            CommandResult imported = _host.Minifw("import", file);
            Assert.Equal(0, imported.ExitCode);
            Assert.Matches("warning: not imported, for minifw has the filter table only: .*nat", imported.Error);
            Assert.Equal(nat, Nat());
        }
        finally
        {
            File.Delete(file);
        }

        Assert.True(IsReached());
        JsonElement found = Published()!.Value;
        Assert.Equal("problem", found.GetProperty("severity").GetString());
        Assert.Contains("port 8443/tcp is led on to 172.17.0.2 port 443", found.GetProperty("text").GetString());

        string[] fix = found.GetProperty("fix").GetString()!.Split(' ')[1..];
        _host.Minifw(fix).Succeeded();
        Assert.False(IsReached());
        Assert.Null(Published());

        _host.Minifw(["route", "delete", .. fix[1..]]).Succeeded();
        _host.Minifw("default", "deny", "routed").Succeeded();
        Assert.False(IsReached());
        _host.Minifw("route", "allow", "from", "10.9.0.2", "to", "172.17.0.2", "port", "443", "proto", "tcp").Succeeded();
        Assert.True(IsReached());
        _host.Minifw("route", "allow", "in", "on", "docker0").Succeeded();
        Assert.Equal("10.9.0.1", SourceThatTheClientSees());
    }

    private string Nat() => string.Join('\n', _host.Shell("iptables-legacy-save -t nat").Succeeded().Split('\n').Where(line => !line.StartsWith('#'))
        .Select(line => line.StartsWith(':') ? line[..line.IndexOf('[', StringComparison.Ordinal)] + "[0:0]" : line));

    private bool IsReached() => _client.Shell("timeout 4 bash -c 'exec 3<>/dev/tcp/10.9.0.1/8443'").ExitCode == 0;

    private JsonElement? Published() => JsonDocument.Parse(_host.Minifw("doctor", "--json").Output).RootElement.GetProperty("findings").EnumerateArray()
        .Where(finding => finding.GetProperty("check").GetString() == "published").Select(finding => (JsonElement?)finding).SingleOrDefault();

    private string? SourceThatTheClientSees()
    {
        using Process listener = CommandResult.Start("ip", _client.Inside("python3", "-c", """
            import socket
            server = socket.create_server(("10.9.0.2", 7000))
            print("ready", flush=True)
            print(server.accept()[1][0], flush=True)
            """));
        try
        {
            Assert.Equal("ready", listener.StandardOutput.ReadLine());
            _container.Shell("timeout 10 bash -c 'exec 3<>/dev/tcp/10.9.0.2/7000'").Succeeded();
            return listener.StandardOutput.ReadLine();
        }
        finally
        {
            listener.Kill();
            listener.WaitForExit();
        }
    }
}
