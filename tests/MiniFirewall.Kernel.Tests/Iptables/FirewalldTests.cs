using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>
/// firewalld as Debian ships it, on a message bus of its own: with minifw's links where Debian's alternatives lead it to iptables, it comes to
/// the same rules as with iptables-legacy, those of its zones and direct ones, in both families, and leaves none behind.
/// </summary>
public sealed class FirewalldTests : IDisposable
{
    private const string Legacy = "/usr/sbin/xtables-legacy-multi";

    /// <summary>Each of firewalld's commands is a program in Python.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private readonly NamedNamespace _own = new(), _others = new();
    private readonly string _files = Directory.CreateTempSubdirectory("minifw-firewalld-").FullName;

    public void Dispose()
    {
        _own.Dispose();
        _others.Dispose();
        Directory.Delete(_files, recursive: true);
    }

    /// <summary>With its back end iptables all its rules are iptables'; with nftables those are that it is given as iptables' own.</summary>
    [Theory]
    [InlineData("iptables")]
    [InlineData("nftables")]
    public void Rules_come_and_go_as_with_iptables(string backend)
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/firewalld") && File.Exists("/usr/bin/dbus-daemon"), "firewalld or dbus is not installed");
        Assert.SkipUnless(File.Exists(Legacy), "iptables-legacy is not installed");
        string own = Run(_own, MinifwBinary.Path, backend), others = Run(_others, Legacy, backend);
        Assert.Equal(others, own);
        Assert.Contains("== direct\n", own);
        Assert.Contains("-p tcp -m tcp --dport 2222 -j ACCEPT\n", own);
        Assert.EndsWith("== stopped\n-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n", own);
    }

    private string Run(NamedNamespace inside, string program, string backend)
    {
        CommandResult result = CommandResult.Of("ip", inside.Inside("bash", "-c", $$"""
            set -e
            mkdir {{_files}}/{{Path.GetFileName(program)}}
            cd {{_files}}/{{Path.GetFileName(program)}}
            cp -a /etc/alternatives .
            for name in iptables ip6tables iptables-save iptables-restore ip6tables-save ip6tables-restore; do ln -sfn {{program}} alternatives/$name; done
            mount --bind alternatives /etc/alternatives
            export MINIFW_SYSTEM_IPTABLES={{Legacy}} DBUS_SYSTEM_BUS_ADDRESS=unix:path=$PWD/bus
            cat > bus.conf <<-END
                <busconfig>
                  <type>system</type>
                  <listen>unix:path=$PWD/bus</listen>
                  <policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow send_type="*"/><allow receive_type="*"/></policy>
                </busconfig>
            END
            mkdir conf
            printf 'DefaultZone=public\nFirewallBackend=%s\n' {{backend}} > conf/firewalld.conf
            dbus-daemon --config-file=bus.conf --nofork &
            bus=$!
            trap 'kill $bus' EXIT
            for i in $(seq 600); do [ ! -S bus ] || break; sleep 0.1; done
            firewalld --nofork --nopid --system-config $PWD/conf --log-file $PWD/log > out 2>&1 &
            daemon=$!
            trap 'kill $daemon $bus 2>/dev/null' EXIT
            for i in $(seq 600); do [ "$(firewall-cmd --state 2>&1)" != running ] || break; sleep 0.1; done
            show() { echo "== $1"; iptables -w -S; ip6tables -w -S; }
            show started
            firewall-cmd --direct --add-rule ipv4 filter INPUT 0 -p tcp --dport 2222 -j ACCEPT
            firewall-cmd --direct --add-rule ipv6 filter INPUT 1 -p tcp --dport 2223 -j DROP
            firewall-cmd --direct --add-chain ipv4 filter mine
            firewall-cmd --direct --add-rule ipv4 filter mine 0 -s 192.0.2.1 -j REJECT
            firewall-cmd --direct --passthrough ipv4 -A INPUT -p udp --dport 99 -j ACCEPT
            firewall-cmd --direct --get-all-rules
            show direct
            firewall-cmd --add-port 8080/tcp
            firewall-cmd --add-rich-rule 'rule family=ipv4 source address=192.0.2.0/24 port port=5432 protocol=tcp log prefix=db limit value=3/m accept'
            show zones
            firewall-cmd --direct --remove-rule ipv4 filter INPUT 0 -p tcp --dport 2222 -j ACCEPT
            show removed
            firewall-cmd --reload
            show reloaded
            grep -c ERROR log || true
            kill $daemon
            wait $daemon || true
            show stopped
            """), limit: s_limit);
        Assert.True(result.ExitCode == 0, result.Error + result.Output);
        return result.Output;
    }
}
