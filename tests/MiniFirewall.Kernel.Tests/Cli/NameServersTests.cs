using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>
/// Names in rules with name servers of Debian's packages: unbound, named, and systemd-resolved's stub before dnsmasq. tests/fetch-name-servers
/// brings them. Each is asked about a name whose addresses change, that has more than a datagram holds, that nobody answers, and that lies.
/// </summary>
public sealed class NameServersTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly NamedNamespace _namespace = new();
    private RealNameServer? _server;
    private Process? _serve;

    public void Dispose()
    {
        _serve?.Kill();
        _serve?.WaitForExit();
        _serve?.Dispose();
        _server?.Dispose();
        _namespace.Dispose();
    }

    [Theory]
    [InlineData("unbound")]
    [InlineData("named")]
    [InlineData("resolved")]
    public async Task Names_are_kept_true(string kind)
    {
        _server = RealNameServer.TryStart(kind, _namespace);
        Assert.SkipWhen(_server is null, $"{kind} is not here; tests/fetch-name-servers brings it");
        _namespace.Configure("resolv.conf", $"nameserver {_server.Address}\noptions timeout:1 attempts:2\n");

        // One that has not begun yet would end by the signal that says there is something new.
        await Until(() => Asked().Contains("198.51.100.1\n", StringComparison.Ordinal));
        _server.Say("198.51.100.10");
        await Until(() => Asked().Contains("198.51.100.10", StringComparison.Ordinal));
        _namespace.MinifwWith("iptables -A OUTPUT -p tcp -d bigmart.com -j ACCEPT\niptables -A OUTPUT -p tcp --dport 80 -j DROP\n", "apply", "-").Succeeded();
        Assert.Contains("ACCEPT: rule 1 of OUTPUT", Why("198.51.100.10"));

        _serve = CommandResult.Start("ip", _namespace.Inside(MinifwBinary.Path, "serve"));
        _server.Say("198.51.100.11", "2001:db8:51::11");
        await Until(() => Why("198.51.100.11").Contains("ACCEPT: rule 1", StringComparison.Ordinal) && Why("198.51.100.10").Contains("DROP: rule 2", StringComparison.Ordinal));
        Assert.Contains("ACCEPT: rule 1", _namespace.Minifw("why", "out", "lo", "tcp", "[2001:db8::1]:9", "[2001:db8:51::11]:80").Succeeded());

        _server.Say([.. Enumerable.Range(1, 60).Select(i => $"2001:db8:52::{i:x}")]);
        await Until(() => Refreshed().GetProperty("addresses").EnumerateArray().Count(address => address.GetProperty("address").GetString()!.StartsWith("2001:db8:52::", StringComparison.Ordinal)) == 60);

        _server.Say("10.0.0.9", "198.51.100.12", "127.0.0.1");
        await Until(() => Why("198.51.100.12").Contains("ACCEPT: rule 1", StringComparison.Ordinal));
        Assert.Contains("2 addresses left out", Refreshed().GetProperty("error").GetString());
        Assert.Contains("DROP: rule 2", Why("10.0.0.9"));

        _server.Pause();
        await Until(() => Refreshed().GetProperty("failures").GetInt32() > 0);
        Assert.Contains("ACCEPT: rule 1", Why("198.51.100.12"));
        _server.Continue();
        await Until(() => Refreshed().GetProperty("failures").GetInt32() == 0);
    }

    private string Asked() => _namespace.Shell($"dig +short +tries=1 @{_server!.Address} bigmart.com").Output;

    /// <summary>What is known of the name after it has been asked for.</summary>
    private JsonElement Refreshed()
    {
        _namespace.Minifw("names", "refresh");
        return JsonDocument.Parse(_namespace.Minifw("names", "--json").Succeeded()).RootElement[0];
    }

    private string Why(string address) => _namespace.Minifw("why", "out", "lo", "tcp", "10.0.0.1:1000", $"{address}:80").Succeeded();

    private static async Task Until(Func<bool> isSo)
    {
        for (var waited = Stopwatch.StartNew(); !isSo();)
        {
            Assert.True(waited.Elapsed < s_limit, "it does not come");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
