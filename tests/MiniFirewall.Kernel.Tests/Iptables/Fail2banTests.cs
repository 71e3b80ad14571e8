using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>fail2ban with its own actions, and minifw's links first in PATH: it bans, lifts a ban, and leaves nothing behind.</summary>
public sealed class Fail2banTests : IDisposable
{
    private readonly NamedNamespace _namespace = new();
    private readonly string _files = Directory.CreateTempSubdirectory("minifw-fail2ban-").FullName;

    public void Dispose()
    {
        _namespace.Shell(Words("\"${client[@]}\" stop; pkill -F run/pid"));
        _namespace.Dispose();
        Directory.Delete(_files, recursive: true);
    }

    [Fact]
    public void Bans_come_from_its_log_and_by_command_and_go()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fail2ban-client"), "fail2ban is not installed");
        string output = _namespace.Shell(Words("""
            cp -r /etc/fail2ban conf
            rm -f conf/jail.d/*
            sed -i "s#/var/log/fail2ban.log#$PWD/log#; s#/var/lib/fail2ban/fail2ban.sqlite3#$PWD/db#; s#/var/run/fail2ban#$PWD/run#g" conf/fail2ban.conf
            printf '[DEFAULT]\nbackend = polling\n[sshd]\nenabled = true\nlogpath = %s/auth\nbanaction = iptables-multiport\nport = ssh\nmaxretry = 3\n' "$PWD" > conf/jail.local
            touch auth
            "${client[@]}" start
            for i in 1 2 3 4; do
                echo "$(date '+%b %d %H:%M:%S') host sshd[1]: Failed password for root from 203.0.113.5 port 1 ssh2" >> auth
            done
            for i in $(seq 100); do iptables -S | grep -q 203.0.113.5 && break; sleep 0.1; done
            "${client[@]}" set sshd banip 2001:db8::7
            iptables -S INPUT
            iptables -S f2b-sshd
            for i in $(seq 100); do ip6tables -S f2b-sshd 2>/dev/null | grep -q db8::7 && break; sleep 0.1; done
            ip6tables -S f2b-sshd
            "${client[@]}" set sshd unbanip 203.0.113.5
            echo lifted
            iptables -S f2b-sshd
            "${client[@]}" stop
            echo stopped
            for i in $(seq 100); do [ "$(iptables -S | wc -l)" = 3 ] && break; sleep 0.1; done
            iptables -S
            """)).Output;
        Assert.Contains("-P INPUT ACCEPT\n-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd\n", output);
        Assert.Contains("-N f2b-sshd\n-A f2b-sshd -s 203.0.113.5/32 -j REJECT --reject-with icmp-port-unreachable\n-A f2b-sshd -j RETURN\n", output);
        Assert.Contains("-A f2b-sshd -s 2001:db8::7/128 -j REJECT --reject-with icmp6-port-unreachable\n", output);
        Assert.Contains("lifted\n-N f2b-sshd\n-A f2b-sshd -j RETURN\n", output);
        Assert.EndsWith("stopped\n-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n", output);
    }

    /// <summary>A script with the links in PATH, and "client" for fail2ban's own command with files of this test.</summary>
    private string Words(string script) => $$"""
        cd {{_files}}
        mkdir -p links run
        for name in iptables ip6tables iptables-save iptables-restore ip6tables-save ip6tables-restore; do ln -sf {{MinifwBinary.Path}} links/$name; done
        export PATH=$PWD/links:$PATH MINIFW_SYSTEM_IPTABLES=none
        client=(fail2ban-client -q -c conf -s $PWD/run/socket -p $PWD/run/pid)
        {{script}}
        """;
}
