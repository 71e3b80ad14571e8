using MiniFirewall.Kernel.Tests.Cli;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>
/// A client, a router and a server in namespaces of their own, all with policies of DROP: what is open is named, and all else goes by
/// the state of connections. Servers run for as long as the hosts are there.
/// </summary>
public sealed class ThreeHosts : IDisposable
{
    private readonly NamedNamespace _client = new(), _router = new(), _server = new();
    private readonly string _files = Directory.CreateTempSubdirectory("minifw-hosts-").FullName;

    public ThreeHosts()
    {
        HostWire.Connect(_router, _client, "client", ("10.1.0.1/24", "10.1.0.2/24"), ("fd01::1/64", "fd01::2/64"));
        HostWire.Connect(_router, _server, "server", ("10.2.0.1/24", "10.2.0.2/24"), ("fd02::1/64", "fd02::2/64"));
        Shell(_router, "sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
        Apply(_client, Text("OUTPUT"));
        Apply(_router, Text("FORWARD"));
        Apply(_server, Text("INPUT"));
        StartServers();
    }

    internal string Files => _files;

    internal CommandResult FromClient(string script) => _client.Shell(script);

    internal CommandResult FromServer(string script) => _server.Shell(script);

    /// <summary>Entries of nf_conntrack in the three namespaces together: it is not asked, so there are none.</summary>
    internal int KernelConnections => new[] { _client, _router, _server }.Sum(host =>
        int.Parse(host.Shell("cat /proc/sys/net/netfilter/nf_conntrack_count 2>/dev/null || echo 0").Output, System.Globalization.CultureInfo.InvariantCulture));

    public void Dispose()
    {
        CommandResult.Of("bash", ["-c", $"kill $(cat {_files}/*.pid) 2>/dev/null"]);
        _client.Dispose();
        _router.Dispose();
        _server.Dispose();
        Directory.Delete(_files, recursive: true);
    }

    private static string Text(string chain) => $"""
        *filter
        :INPUT DROP
        :FORWARD DROP
        :OUTPUT DROP
        -A INPUT -i lo -j ACCEPT
        -A OUTPUT -o lo -j ACCEPT
        {Everywhere("-p ipv6-icmp -m icmp6 --icmpv6-type neighbour-solicitation -j ACCEPT")}
        {Everywhere("-p ipv6-icmp -m icmp6 --icmpv6-type neighbour-advertisement -j ACCEPT")}
        {Everywhere("-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")}
        {Begins(chain)}
        COMMIT

        """;

    /// <summary>What a client may begin; both families.</summary>
    private static string Begins(string chain) => $"""
        -A {chain} -p tcp -m multiport --dports 22,53,5201,8080,2121 -m conntrack --ctstate NEW -j ACCEPT
        -A {chain} -p udp -m multiport --dports 53,5201,33434:33534 -m conntrack --ctstate NEW -j ACCEPT
        -A {chain} -p icmp -m icmp --icmp-type echo-request -m conntrack --ctstate NEW -j ACCEPT
        -A {chain} -p ipv6-icmp -m icmp6 --icmpv6-type echo-request -m conntrack --ctstate NEW -j ACCEPT
        """;

    private static string Everywhere(string rule) => string.Join('\n', new[] { "INPUT", "FORWARD", "OUTPUT" }.Select(chain => $"-A {chain} {rule}"));

    private static void Shell(NamedNamespace host, string script) => host.Shell(script).Succeeded();

    private static void Apply(NamedNamespace host, string rules) => host.MinifwWith(rules, "apply", "-").Succeeded();

    private void StartServers() => Shell(_server, $$"""
        set -e
        cd {{_files}}
        head -c 10000000 /dev/urandom > file
        mkdir -p www && mv file www/
        ssh-keygen -q -t ed25519 -N "" -f host_key
        ssh-keygen -q -t ed25519 -N "" -f user_key
        mkdir -p /run/sshd
        background() { "$@" >> log 2>&1 < /dev/null & echo $! > $!.pid; }
        background python3 -m http.server 8080 --bind :: --directory www
        background /usr/sbin/sshd -D -e -f none -p 22 -h {{_files}}/host_key -o AuthorizedKeysFile={{_files}}/user_key.pub -o StrictModes=no -o UsePAM=no -o PidFile=none -o PermitRootLogin=yes
        background dnsmasq -k --no-resolv --no-hosts --conf-file=/dev/null --address=/example.test/192.0.2.7 --pid-file= --user=root
        background iperf3 -s -p 5201
        for i in $(seq 50); do ss -ltn | grep -q :5201 && ss -ltn | grep -q :8080 && ss -ltn | grep -q ":22 " && ss -lun | grep -q ":53 " && exit 0; sleep 0.1; done
        cat log >&2
        exit 1
        """);
}
