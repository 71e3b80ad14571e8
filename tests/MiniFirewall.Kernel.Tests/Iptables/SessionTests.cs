using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>Command lines, right and wrong, one after the other: minifw says and does what the system's own iptables does.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly SideBySide _both = new();

    public void Dispose() => _both.Dispose();

    [Fact]
    public void Chains_are_made_renamed_and_taken_away() => Run(
        "-N a", "-N b", "-N a", "-N INPUT", "-E a b", "-E a c", "-E INPUT d", "-E nosuch d", "-E c ACCEPT", "-S",
        "-A INPUT -j c -c 5 500", "-A c -p tcp -j b", "-A c -g b", "-X c", "-X b", "-X INPUT", "-X nosuch", "-E c renamed", "-S -v", "-L -v",
        "-v -F c", "-v -F renamed", "-X b", "-v -X b", "-X", "-D INPUT -j renamed", "-v -X", "-S",
        "-N full", "-A full -j ACCEPT", "-X full", "-X", "-v -F", "-v -X", "-S");

    [Fact]
    public void Rules_are_put_found_replaced_and_taken_away() => Run(
        "-A INPUT -p tcp --dport 22 -j ACCEPT", "-I INPUT -i lo -j ACCEPT", "-I INPUT 2 -s 192.0.2.1 -j DROP", "-I INPUT 4 -j DROP", "-I INPUT 9 -j DROP",
        "-S", "-C INPUT -p tcp --dport 22 -j ACCEPT", "-C INPUT -p tcp --dport 23 -j ACCEPT", "-C nosuch -j ACCEPT", "-D nosuch -j ACCEPT", "-D nosuch 1", "-R nosuch 1 -j ACCEPT", "-I nosuch -j ACCEPT", "-v -C INPUT -s 192.0.2.1 -j DROP",
        "-R INPUT 1 -i eth+ -j ACCEPT", "-R INPUT 9 -j ACCEPT", "-R INPUT 1 -s 192.0.2.1,192.0.2.2", "-D INPUT 9", "-D INPUT 2", "-D INPUT -p tcp --dport 22 -j ACCEPT",
        "-D INPUT -p tcp --dport 22 -j ACCEPT", "-S INPUT", "-A INPUT -s 192.0.2.1,192.0.2.2 -d 198.51.100.1,198.51.100.2", "-I INPUT -s 192.0.2.3,192.0.2.4",
        "-C INPUT -s 192.0.2.3,192.0.2.4", "-C INPUT -s 192.0.2.3,192.0.2.5", "-D INPUT -s 192.0.2.3,192.0.2.5", "-S INPUT",
        "-D INPUT -s 192.0.2.3,192.0.2.4", "-S INPUT", "-v -A INPUT ! -s 192.0.2.1 ! -d 192.0.2.0/24 ! -p tcp -i a+ ! -f -j LOG --log-prefix x",
        "-v -I INPUT -p udp --dport 53 -s 192.0.2.1,192.0.2.2 -j ACCEPT", "-v -D INPUT 1", "-F", "-S");

    [Fact]
    public void Counters_are_given_shown_and_set_to_zero() => Run(
        "-A INPUT -p tcp -j ACCEPT -c 5 6", "-A INPUT -c 7,8", "-I INPUT -p tcp -j ACCEPT -c 1 2", "-P INPUT DROP -c 10 20", "-S -v", "-P INPUT DROP", "-S -v", "-Z INPUT 1", "-S -v",
        "-Z INPUT 9", "-Z nosuch", "-L -Z -v", "-S -v", "-v -Z", "-v -Z INPUT", "-A INPUT -c 5", "-A INPUT -c x 6", "-A INPUT -c 6 x", "-A INPUT -c 5 6 -c 7 8",
        "-D INPUT -c 5 6 -p tcp", "-A OUTPUT -c 3 4", "-S -Z -v", "-S -v", "-P INPUT DROP", "-P INPUT ACCEPT", "-S -v", "-R INPUT 1 -p tcp -j ACCEPT -c 8 9", "-S -v");

    [Fact]
    public void Options_are_written_in_every_way() => Run(
        "--append INPUT -p udp", "--app INPUT --proto tcp", "--list-rules", "--list-r INPUT", "--li", "-4 -S", "-6 -S", "-w -S", "-w5 -S", "-w 5 -S", "--wait=5 -S", "-w x -S",
        "-W 5 -w -S", "-n -S", "-x -A INPUT", "--line-numbers -A INPUT", "-n -n -L", "-t filter -nL", "-t", "-V", "-Vn", "-A INPUT ! -p tcp", "-A INPUT --dst 192.0.2.1", "-vS");

    [Fact]
    public void A_protocol_that_no_packet_has_is_warned_of()
    {
        foreach (string protocol in (string[])["43", "44", "AH", "ipv6-opts", "ipv6-route", "ipv6-nonxt", "esp", "hopopt", "tcp"])
        {
            _both.Compare("ip6tables", "-A", "INPUT", "-p", protocol, "-j", "DROP");
            _both.Compare("ip6tables", "-A", "INPUT", "!", "-p", protocol, "-j", "DROP");
            _both.Compare("iptables", "-A", "INPUT", "-p", protocol, "-j", "DROP");
        }

        _both.Compare("ip6tables", "-S");
    }

    [Theory]
    [InlineData("iptables")]
    [InlineData("ip6tables")]
    public void Wrong_lines_are_refused_in_the_same_words(string program)
    {
        foreach (string line in WrongLines)
        {
            _both.Compare(program, line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        _both.Compare(program, "-S");
    }

    private static readonly string[] WrongLines =
    [
        "", "foo", "-A", "-A INPUT foo", "-A INPUT -A FORWARD", "-A INPUT -L", "-L -S", "-L -p tcp", "-L INPUT x", "-L INPUT 0", "-L nosuch", "-S nosuch", "-F nosuch",
        "-D INPUT 0", "-D INPUT 1 -p tcp", "-D INPUT 1", "-D INPUT", "-I INPUT 0", "-R INPUT", "-E a", "-P INPUT", "-P INPUT REJECT", "-P nosuch DROP", "-X a b",
        "-N aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "-N !x", "-N ACCEPT", "-N LOG", "-A aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "-A nosuch -j ACCEPT", "-A INPUT -j INPUT",
        "-A INPUT -j nosuch", "-A INPUT -j aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "-A INPUT -g nosuch", "-A INPUT -g ACCEPT", "-A INPUT -j ACCEPT -j DROP", "-A INPUT -m nosuch",
        "-A INPUT -p", "-A INPUT --dport 22", "-A INPUT -p tcp --dprt 22", "-A INPUT -p tcp --dport 99999", "-A INPUT -p tcp --dport nosuch", "-A INPUT -p tcp --dport 5:3",
        "-A INPUT -p udp --dport nosuch", "-A INPUT -p tcp --dport 1:2:3", "-A INPUT -p tcp --tcp-flags FOO SYN", "-A INPUT -m tcp", "-A INPUT -p udp -m tcp",
        "-A INPUT -p foo", "-A INPUT -p 256", "-A INPUT -p tcp -p udp", "-A INPUT -s 192.0.2.300", "-A INPUT -s fe80::1:g", "-A INPUT -i a -i b",
        "-A INPUT -i aaaaaaaaaaaaaaaaaaaa", "-A OUTPUT -i eth0", "-A INPUT -o eth0", "-A INPUT -m multiport --dports 22", "-A INPUT -p tcp -m multiport",
        "-A INPUT -p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", "-A INPUT -m comment", "-A INPUT -m length", "-A INPUT -m length --length x",
        "-A INPUT -m mark", "-A INPUT -m mark --mark x", "-A INPUT -m mark --mark 1/x", "-A INPUT -m iprange", "-A INPUT -m iprange --src-range x", "-A INPUT -j LOG --log-level foo",
        "-A INPUT -j LOG --log-prefix a --log-prefix b", "-A INPUT -j ACCEPT --foo", "-A INPUT -Q", "-A INPUT !", "-A INPUT ! ! -p tcp", "! -A INPUT", "-A INPUT ! -m tcp",
        "-A INPUT ! -j ACCEPT", "-t nosuch -L", "-A a -j a", "-A INPUT -m set --match-set nosuch src",
    ];

    private void Run(params string[] lines)
    {
        foreach (string line in lines)
        {
            _both.Compare("iptables", line.Split(' '));
        }
    }
}
