using System.Diagnostics;
using MiniFirewall.Kernel.Tests.Cli;

namespace MiniFirewall.Kernel.Tests.Lockout;

/// <summary>A host with an ssh server, and one from which somebody logs in; both are network namespaces with a cable between them.</summary>
internal sealed class RemoteHost : IDisposable
{
    internal const string Server = "10.9.0.1", Client = "10.9.0.2";

    private static int s_count;

    private readonly string _name = $"mfwl-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
    private readonly Process _sshd;

    internal RemoteHost()
    {
        Files = Directory.CreateTempSubdirectory("mfwl-").FullName;
        Run("bash", "-ec", $$"""
            ip netns add {{_name}}-s; ip netns add {{_name}}-c
            ip -n {{_name}}-s link add eth0 type veth peer name eth0 netns {{_name}}-c
            for side in s:{{Server}} c:{{Client}}; do
                ip -n {{_name}}-${side%%:*} addr add ${side##*:}/24 dev eth0
                ip -n {{_name}}-${side%%:*} link set eth0 up
                ip -n {{_name}}-${side%%:*} link set lo up
            done
            cd {{Files}}
            ssh-keygen -q -t ed25519 -N "" -f host_key; ssh-keygen -q -t ed25519 -N "" -f user_key
            mkdir -p /run/sshd config
            """);
        _sshd = CommandResult.Start("ip", [
            "netns", "exec", $"{_name}-s", "/usr/sbin/sshd", "-D", "-e", "-f", "none", "-p", "22", "-h", $"{Files}/host_key", "-o", $"AuthorizedKeysFile={Files}/user_key.pub",
            "-o", "StrictModes=no", "-o", "UsePAM=no", "-o", "PidFile=none", "-o", "PermitRootLogin=yes",
        ]);
        Trials.Waiting.Until("sshd", () => OnServer("ss -Hltn | grep -q :22").ExitCode == 0);
    }

    /// <summary>A directory for both.</summary>
    internal string Files { get; }

    internal static string Missing => string.Join(' ', "ssh sshd ss nc".Split(' ').Where(tool => CommandResult.Of("bash", ["-c", $"PATH=$PATH:/usr/sbin command -v {tool}"]).ExitCode != 0));

    /// <summary>Ends sshd, and whatever it has begun, as kill -9 does.</summary>
    internal void KillServer()
    {
        _sshd.Kill(entireProcessTree: true);
        _sshd.WaitForExit();
    }

    /// <summary>A script on the host, typed into no remote session.</summary>
    internal CommandResult OnServer(string script) => CommandResult.Of("ip", ["netns", "exec", $"{_name}-s", "bash", "-c", Prepared(script)]);

    internal CommandResult OnClient(string script) => CommandResult.Of("ip", ["netns", "exec", $"{_name}-c", "bash", "-c", Prepared(script)]);

    /// <summary>A script in a session from the client.</summary>
    internal CommandResult InSession(string script) => Over("", script);

    /// <summary>The same with a terminal, as somebody has who types; what is said comes out of it.</summary>
    internal string InTerminal(string script) => Over("-tt", script).Output.ReplaceLineEndings("\n");

    internal string Write(string name, string text)
    {
        string path = Path.Combine(Files, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        KillServer();
        _sshd.Dispose();
        OnServer("minifw off");
        CommandResult.Of("ip", ["netns", "del", $"{_name}-s"]);
        CommandResult.Of("ip", ["netns", "del", $"{_name}-c"]);
        Directory.Delete(Files, recursive: true);
    }

    private CommandResult Over(string options, string script)
    {
        string file = Path.Combine(Files, $"script-{Guid.NewGuid():N}");
        File.WriteAllText(file, Prepared(script));
        return OnClient($"ssh {options} -q -F none -i {Files}/user_key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=10 root@{Server} bash {file}");
    }

    private string Prepared(string script) => $$"""
        export MINIFW_CONFIG_DIR={{Files}}/config
        minifw() { {{MinifwBinary.Path}} "$@"; }
        iptables() { {{MinifwBinary.Path}} iptables "$@"; }
        {{script}}
        """;

    private static void Run(string program, params string[] arguments) => CommandResult.Of(program, arguments).Succeeded();
}
