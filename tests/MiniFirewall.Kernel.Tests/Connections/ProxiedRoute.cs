using MiniFirewall.Kernel.Tests.Cli;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>
/// A client, a router and a server in namespaces of their own; the router takes SYNs to port 80 out of the kernel's tracking, and lets no connection begin in its middle, as
/// SYNPROXY wants it. On the server, and on the router, somebody sends back what comes to that port.
/// </summary>
internal sealed class ProxiedRoute : IDisposable
{
    internal const string Server4 = "10.2.0.2", Server6 = "fd02::2", Router4 = "10.1.0.1", Router6 = "fd01::1";

    private const string Echo = """
        import socket, threading
        listener = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True)
        def serve(one):
            while data := one.recv(65536): one.sendall(data)
            one.close()
        while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        """;

    private readonly NamedNamespace _client = new(), _server = new();
    private readonly string _files = Directory.CreateTempSubdirectory("minifw-proxied-").FullName;

    internal ProxiedRoute()
    {
        HostWire.Connect(Router, _client, "client", ("10.1.0.1/24", "10.1.0.2/24"), ("fd01::1/64", "fd01::2/64"));
        HostWire.Connect(Router, _server, "server", ("10.2.0.1/24", "10.2.0.2/24"), ("fd02::1/64", "fd02::2/64"));
        Router.Shell("""
            set -e
            sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
            for tool in iptables-legacy ip6tables-legacy; do $tool -t raw -A PREROUTING -i client -p tcp --dport 80 --syn -j CT --notrack; done
            sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
            """).Succeeded();
        File.WriteAllText(Path.Combine(_files, "echo.py"), Echo);
        foreach (NamedNamespace host in (NamedNamespace[])[Router, _server])
        {
            host.Shell($"""
                python3 {_files}/echo.py > /dev/null 2>&1 < /dev/null & echo $! >> {_files}/pids
                for i in $(seq 100); do ss -ltn | grep -q :80 && exit 0; sleep 0.1; done
                exit 1
                """).Succeeded();
        }
    }

    internal NamedNamespace Router { get; } = new();

    internal CommandResult FromClient(string script) => _client.Shell(script);

    internal CommandResult FromServer(string script) => _server.Shell(script);

    /// <summary>Sends something to port 80, many times, and says how much has come back.</summary>
    internal string Exchange(string server, int times) => FromClient($"""
        timeout 20 python3 -c '
        import socket
        one = socket.create_connection(("{server}", 80), 5)
        back = 0
        for i in range({times}):
            one.sendall(b"x" * 5000)
            while back < (i + 1) * 5000: back += len(one.recv(65536))
        one.shutdown(socket.SHUT_WR)
        print(back, one.recv(1))
        ' 2>&1
        """).Output.Trim();

    public void Dispose()
    {
        CommandResult.Of("bash", ["-c", $"kill $(cat {_files}/pids)"]);
        Array.ForEach([_client, Router, _server], host => host.Dispose());
        Directory.Delete(_files, recursive: true);
    }
}
