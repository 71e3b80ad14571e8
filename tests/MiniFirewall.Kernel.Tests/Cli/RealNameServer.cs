using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>A name server of Debian's in a namespace, which knows bigmart.com with addresses that change, for two seconds each.</summary>
internal sealed class RealNameServer : IDisposable
{
    private const string Name = "bigmart.com";
    private const int ResolvedUser = 994;

    private readonly NamedNamespace _namespace;
    private readonly string _kind;
    private readonly string _directory = Directory.CreateTempSubdirectory("minifw-name-server-").FullName;
    private readonly List<Process> _processes = [];
    private int _serial;

    private RealNameServer(string kind, NamedNamespace where) => (_kind, _namespace) = (kind, where);

    /// <summary>Where it is to be asked.</summary>
    internal string Address => _kind == "resolved" ? "127.0.0.53" : "127.0.0.1";

    /// <summary>The one whose data change: of systemd-resolved the server that it asks.</summary>
    private Process Source => _processes[0];

    /// <summary>Null where the program is neither installed nor fetched.</summary>
    internal static RealNameServer? TryStart(string kind, NamedNamespace where)
    {
        string program = kind switch { "unbound" => "usr/sbin/unbound", "named" => "usr/sbin/named", _ => "lib/systemd/systemd-resolved" };
        string fetched = Environment.GetEnvironmentVariable("MINIFW_NAME_SERVERS") ?? System.IO.Path.Combine(System.IO.Path.GetDirectoryName(MinifwBinary.Path)!, "name-servers");
        string? found = new[] { System.IO.Path.Combine(fetched, program), $"/{program}" }.FirstOrDefault(File.Exists);
        if (found is null)
        {
            return null;
        }

        var server = new RealNameServer(kind, where);
        server.Write("198.51.100.1");
        switch (kind)
        {
            case "unbound":
                server.Run(found, "-d", "-c", server.PathOf("conf"));
                break;
            case "named":
                string libraries = System.IO.Path.Combine(fetched, "usr/lib/x86_64-linux-gnu");
                server.Run("env", $"LD_LIBRARY_PATH={libraries}", found, "-f", "-u", "root", "-c", server.PathOf("conf"));
                break;
            default:
                server.RunResolved(found);
                break;
        }

        return server;
    }

    /// <summary>The name has these addresses from now on, and no others.</summary>
    internal void Say(params string[] addresses)
    {
        Write(addresses);
        Signal.HangUp(Source.Id);
    }

    /// <summary>Nobody is answered any more.</summary>
    internal void Pause() => CommandResult.Of("kill", ["-STOP", $"{Source.Id}"]).Succeeded();

    internal void Continue() => CommandResult.Of("kill", ["-CONT", $"{Source.Id}"]).Succeeded();

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private string PathOf(string file) => System.IO.Path.Combine(_directory, file);

    private void Run(params string[] command) => _processes.Add(CommandResult.Start("ip", _namespace.Inside(command)));

    /// <summary>With a /run of its own and no bus. It asks nobody where no interface leads out, so there is one that leads nowhere.</summary>
    private void RunResolved(string program)
    {
        Run("dnsmasq", "-k", "-C", "/dev/null", "--no-resolv", "--no-hosts", $"--addn-hosts={PathOf("hosts")}", "--local=/#/", "--local-ttl=2",
            "--listen-address=127.0.0.1", "--bind-interfaces", "-u", "root", "--pid-file=");
        _namespace.Shell("ip link add out0 type veth peer name out1; ip addr add 192.0.2.1/24 dev out0; ip link set out0 up; ip link set out1 up");
        _namespace.Configure("passwd", File.ReadAllText("/etc/passwd") + $"systemd-resolve:x:{ResolvedUser}:{ResolvedUser}::/:/usr/sbin/nologin\n");
        _namespace.Configure("group", File.ReadAllText("/etc/group") + $"systemd-resolve:x:{ResolvedUser}:\n");
        _namespace.Configure("systemd/resolved.conf", "[Resolve]\nDNS=127.0.0.1\nDNSSEC=no\nLLMNR=no\nMulticastDNS=no\nCache=no\nReadEtcHosts=no\n");
        Run("unshare", "-m", "sh", "-c", $"mount -t tmpfs run /run && mkdir -p /run/systemd/resolve && chown -R {ResolvedUser}:{ResolvedUser} /run/systemd && exec {program}");
    }

    private void Write(params string[] addresses)
    {
        string[] records = [.. addresses.Select(address => $"{(IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetwork ? "A" : "AAAA")} {address}")];
        File.WriteAllText(PathOf("hosts"), string.Concat(addresses.Select(address => $"{address} {Name}\n")));
        if (_kind == "unbound")
        {
            File.WriteAllText(PathOf("conf"), $"""
                server:
                  interface: 127.0.0.1
                  do-daemonize: no
                  username: ""
                  chroot: ""
                  directory: "{_directory}"
                  pidfile: ""
                  use-syslog: no
                  logfile: "{PathOf("log")}"
                  module-config: "iterator"
                  local-zone: "." refuse
                {string.Concat(records.Select(record => $"  local-data: \"{Name}. 2 IN {record}\"\n"))}
                remote-control:
                  control-enable: no
                """);
        }
        else if (_kind == "named")
        {
            // A server takes a zone's file anew where its time is another one.
            File.WriteAllText(PathOf("zone"), $"$TTL 2\n@ IN SOA ns. root. {++_serial} 2 2 2 2\n@ IN NS ns.\n{string.Concat(records.Select(record => $"@ IN {record}\n"))}");
            File.WriteAllText(PathOf("conf"), $$"""
                options { directory "{{_directory}}"; listen-on { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; pid-file none; session-keyfile none; dnssec-validation no; };
                controls { };
                zone "{{Name}}" { type primary; file "zone"; };
                """);
        }
    }
}
