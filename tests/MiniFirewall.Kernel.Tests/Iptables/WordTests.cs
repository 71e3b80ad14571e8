using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>What is said of wrong command lines is what iptables says, with its exit codes: programs look for these words.</summary>
public sealed class WordTests : IDisposable
{
    private readonly SideBySide _both = new();

    public void Dispose() => _both.Dispose();

    /// <summary>The next word is an option's argument, whatever it looks like; words that may be left out never begin with - or !.</summary>
    [Theory]
    [InlineData("-C -m connbytes -j ACCEPT")]
    [InlineData("-A -p udp")]
    [InlineData("-R -m state --state NEW")]
    [InlineData("-N -x")]
    [InlineData("-P -x ACCEPT")]
    [InlineData("-E -x INPUT")]
    [InlineData("-E INPUT !x")]
    [InlineData("-L !x")]
    [InlineData("-S !x")]
    [InlineData("-A INPUT -p ! tcp -j ACCEPT")]
    [InlineData("-A INPUT -s !")]
    [InlineData("-A INPUT -s ! 10.0.0.1")]
    [InlineData("-A INPUT -p tcp --dport -j DROP")]
    [InlineData("-A INPUT -m -p tcp")]
    [InlineData("-A INPUT -m pkttype --pkt-type -j DROP")]
    [InlineData("-A INPUT -p tcp --tcp-flags SYN")]
    [InlineData("-A INPUT -m set --match-set x")]
    public void Words(string line) => Compare(line);

    /// <summary>The line is read first, then addresses are looked up, then the table is looked for, and the kernel is asked last.</summary>
    [Theory]
    [InlineData("-A INPUT -s foo..bar -m nosuch")]
    [InlineData("-A INPUT -s 10.0.0.1/33 -p foo")]
    [InlineData("-A INPUT -s 10.0.0.1/33 -s 10.0.0.1")]
    [InlineData("-A nochain -s 10.0.0.1/33")]
    [InlineData("-t foo -L")]
    [InlineData("-t foo")]
    [InlineData("-t -N web")]
    [InlineData("-t foo -A INPUT -p tcp --dport x")]
    [InlineData("-A INPUT -j MASQUERADE")]
    [InlineData("-A nowhere -j MASQUERADE", "-N nowhere")]
    [InlineData("-A INPUT -m helper --helper ftp -m set")]
    [InlineData("-D INPUT -m connmark --mark 5 -j ACCEPT")]
    [InlineData("-C INPUT -j NFLOG --nflog-group 7")]
    [InlineData("-C INPUT -j LOG")]
    [InlineData("-D INPUT -j REJECT")]
    [InlineData("-D INPUT -j RETURN")]
    [InlineData("-C INPUT -j MARK --set-mark 7")]
    public void Order(string line, string? before = null)
    {
        if (before is not null)
        {
            Compare(before);
        }

        Compare(line);
    }

    [Theory]
    [InlineData("addrtype", "addrtype --src-type x", "addrtype --dst-type LOCAL,x")]
    [InlineData("bpf", "bpf --bytecode x")]
    [InlineData("connbytes --connbytes 1", "connbytes --connbytes x", "connbytes --connbytes-dir x", "connbytes --connbytes-mode x")]
    [InlineData("connlimit", "cluster --cluster-total-nodes x")]
    [InlineData("conntrack", "conntrack --ctstate x", "conntrack --ctstatus x", "conntrack --ctdir x", "conntrack --ctexpire x")]
    [InlineData("devgroup", "devgroup --src-group x", "devgroup ! --dst-group 5:3", "realm --realm x")]
    [InlineData("dscp", "dscp --dscp-class x", "ecn", "tos --tos x")]
    [InlineData("hashlimit", "hashlimit --hashlimit-upto x", "hashlimit --hashlimit-mode x", "hashlimit --hashlimit-burst x")]
    [InlineData("limit --limit x", "quota --quota x", "statistic", "statistic --mode x", "statistic --probability x", "statistic --every x")]
    [InlineData("mac --mac-source x", "pkttype --pkt-type x", "physdev")]
    [InlineData("owner", "owner --uid-owner no-such-user", "owner --gid-owner no-such-group")]
    [InlineData("policy", "policy --dir x", "policy --pol x", "policy --mode x")]
    [InlineData("recent", "recent --seconds x", "recent --seconds 0", "string", "string --algo bm", "string --string x")]
    [InlineData("time --timestart x", "time --timestop 25:00", "time --datestart x", "time --weekdays Mo,x", "time --monthdays 32")]
    public void Matches(params string[] matches)
    {
        foreach (string match in matches)
        {
            Compare($"-A OUTPUT -m {match}");
        }
    }

    [Theory]
    [InlineData("-p tcp --tcp-option x", "-p tcp --tcp-option 256", "-p dccp -m dccp --dport x", "-p dccp -m dccp --dccp-types x")]
    [InlineData("-p esp -m esp --espspi x", "-p ah -m ah --ahspi x", "-p sctp -m sctp --chunk-types any")]
    [InlineData("-j AUDIT --type x", "-j CLASSIFY --set-class x", "-j CONNMARK", "-j HMARK --hmark-mod x", "-j MARK", "-j SET", "-j TCPMSS", "-j SYNPROXY --mss x")]
    public void Others(params string[] rules)
    {
        foreach (string rule in rules)
        {
            Compare($"-A OUTPUT {rule}");
        }
    }

    private void Compare(string line) => _both.Compare("iptables", line.Split(' '));
}
