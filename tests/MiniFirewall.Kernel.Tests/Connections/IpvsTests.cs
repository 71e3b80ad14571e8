using MiniFirewall.Engine;
using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>-m ipvs on a router that balances loads, by miniFirewall and by the kernel's own iptables. Kernels for clouds have no IPVS; docs/testing.md says how one with it is run.</summary>
public sealed class IpvsTests : IDisposable
{
    private const string Service = "192.0.2.1:53", Server = "198.51.100.20";

    private const string Answer = """
        import socket
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); one.bind(("198.51.100.20", 5300))
        while True: one.sendto(b"back", one.recvfrom(100)[1])
        """;

    /// <summary>Three datagrams to the service, which are answered, and one to another port.</summary>
    private const string Ask = """
        import socket
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); one.settimeout(10)
        for i in range(3): one.sendto(b"there", ("192.0.2.1", 53)); print(one.recv(100).decode())
        one.sendto(b"there", ("192.0.2.1", 54))
        """;

    private readonly NamedNamespace _client, _router, _server;
    private readonly string _files;

    public IpvsTests()
    {
        CommandResult.Of("modprobe", ["-q", "-a", "ip_vs", "xt_ipvs"]);
        Assert.SkipUnless(ProviderChoice.KernelHasLinks && File.Exists("/proc/net/ip_vs"), "this kernel has no IPVS, or no links");
        Assert.SkipUnless(File.Exists("/usr/sbin/ipvsadm"), "ipvsadm is not installed");
        (_client, _router, _server) = (new(), new(), new());
        _files = Directory.CreateTempSubdirectory("minifw-ipvs-").FullName;
        HostWire.Connect(_router, _client, "client", ("192.0.2.1/24", "192.0.2.10/24"));
        HostWire.Connect(_router, _server, "server", ("198.51.100.1/24", $"{Server}/24"));
        _router.Shell($"sysctl -q -w net.ipv4.ip_forward=1 && ipvsadm -A -u {Service} -s rr && ipvsadm -a -u {Service} -r {Server}:5300 -m").Succeeded();
        File.WriteAllText(Path.Combine(_files, "answer.py"), Answer);
        File.WriteAllText(Path.Combine(_files, "ask.py"), Ask);
        _server.Shell($"""
            python3 {_files}/answer.py > /dev/null 2>&1 < /dev/null & echo $! > {_files}/pid
            for i in $(seq 100); do ss -lun | grep -q :5300 && exit 0; sleep 0.1; done
            exit 1
            """).Succeeded();
    }

    public void Dispose()
    {
        CommandResult.Of("bash", ["-c", $"kill $(cat {_files}/pid)"]);
        Array.ForEach([_client, _router, _server], host => host.Dispose());
        Directory.Delete(_files, recursive: true);
    }

    /// <summary>Of a family eight different matches can be asked.</summary>
    [Theory]
    [InlineData("--ipvs", "! --ipvs", "--vproto 17", "! --vaddr 192.0.2.1", "--vaddr 192.0.2.0/24 --vport 53", "! --vport 53", "--vdir ORIGINAL", "--vdir REPLY")]
    [InlineData("--vmethod MASQ", "! --vmethod MASQ", "--vmethod IPIP", "--vportctl 53", "! --vproto 6 --vport 53", "--vdir REPLY --vmethod MASQ", "! --vportctl 53")]
    public void Matches_and_counts_as_iptables(params string[] matches)
    {
        string rules = $"*filter\n{string.Concat(((string[])["INPUT", "FORWARD", "OUTPUT"]).SelectMany(chain => matches.Select(match => $"-A {chain} -p udp -m ipvs {match}\n")))}COMMIT\n";
        _router.Shell($"iptables-legacy-restore <<'END'\n{rules}END").Succeeded();
        AskService();
        string expected = Rules(_router.Shell("iptables-legacy-save -c -t filter").Succeeded());
        _router.Shell("iptables-legacy -F").Succeeded();

        _router.MinifwWith(rules, "iptables-restore").Succeeded();
        AskService();
        Assert.Equal(expected, Rules(_router.Minifw("iptables-save", "-c", "-t", "filter").Succeeded()));
        Assert.Contains("[3:", expected, StringComparison.Ordinal);
        Assert.Contains("[0:", expected, StringComparison.Ordinal);
    }

    private void AskService() => Assert.Equal("back\nback\nback\n", _client.Shell($"python3 {_files}/ask.py").Succeeded());

    private static string Rules(string saved) => string.Join('\n', saved.Split('\n').Where(line => line.Contains("-A ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
}
