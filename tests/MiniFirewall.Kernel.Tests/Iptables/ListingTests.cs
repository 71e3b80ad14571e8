using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>-L and -S show the same rules as the system's own iptables does, byte for byte, with every combination of options.</summary>
public sealed class ListingTests : IDisposable
{
    private static readonly string[] Common =
    [
        "-N user", "-N zone", "-N alpha",
        "-A INPUT -i lo -j ACCEPT",
        "-A FORWARD ! -i eth0 ! -o eth+ -j user",
        "-A FORWARD -i aaaaaaaaaaaaaaa -o bbbbbbbbbbbbbb+ -g zone",
        "-A user -j zone",
        "-A INPUT ! -p tcp -j DROP",
        "-A INPUT -p 200 -j RETURN",
        "-A INPUT -p udplite",
        "-A INPUT -p mh",
        "-A INPUT -p tcp --sport 1:5 --dport 80 -j user",
        "-A INPUT -p tcp ! --sport 1:5 ! --dport ssh",
        "-A INPUT -p tcp --syn -j LOG",
        "-A INPUT -p tcp ! --syn -j LOG --log-prefix in: --log-level 7",
        "-A INPUT -p tcp --tcp-flags SYN,ACK SYN -j LOG --log-uid --log-level err",
        "-A INPUT -p tcp ! --tcp-flags ALL NONE",
        "-A INPUT -p tcp --tcp-option 8",
        "-A INPUT -p tcp ! --tcp-option 8",
        "-A INPUT -p tcp -m tcp",
        "-A INPUT -p udp --sport 53 ! --dport 1000:2000",
        "-A INPUT -p udp -m udp -j ACCEPT",
        "-A INPUT -p tcp -m multiport --dports 22,80,1000:2000",
        "-A INPUT -p tcp -m multiport ! --sports 22,80",
        "-A INPUT -p sctp -m multiport --ports 53,5353",
        "-A INPUT -m comment --comment words",
        "-A INPUT -m mark --mark 5",
        "-A INPUT -m mark ! --mark 5/0xff",
        "-A INPUT -m length --length 5",
        "-A INPUT -m length ! --length 5:10",
        "-A INPUT -m length --length 5:",
        "-A INPUT -c 99999 100000",
        "-A INPUT -c 999999999 99999999999",
        "-A INPUT -c 9999999999999 99999999999999999",
        "-A INPUT -c 9999499 9999500",
    ];

    private static readonly string[] OfIPv4 =
    [
        "-A INPUT -s 192.0.2.0/24 ! -d 198.51.100.7 -p tcp --dport 22 -j ACCEPT",
        "-A INPUT -s 10.1.0.3/255.0.255.0",
        "-A INPUT -s 127.0.0.1",
        "-A INPUT -d 127.0.0.0/8",
        "-A INPUT ! -s 192.0.2.1,192.0.2.2",
        "-A INPUT -s 192.0.2.1,192.0.2.2 -d 198.51.100.0/24,198.51.101.0/24",
        "-A INPUT -f -j DROP",
        "-A INPUT ! -f -j DROP",
        "-A INPUT -p icmp",
        "-A INPUT -p icmp --icmp-type echo-request",
        "-A INPUT -p icmp --icmp-type 3/4",
        "-A INPUT -p icmp --icmp-type 8/1:5",
        "-A INPUT -p icmp --icmp-type 200/3",
        "-A INPUT -p icmp --icmp-type any",
        "-A INPUT -p icmp ! --icmp-type 3",
        "-A INPUT -m iprange --src-range 192.0.2.1-192.0.2.9 ! --dst-range 198.51.100.1-198.51.100.2",
        "-A INPUT -m ttl --ttl-eq 3", "-A INPUT -m ttl ! --ttl-eq 3", "-A INPUT -m ttl --ttl-lt 3", "-A INPUT -m ttl --ttl-gt 3",
    ];

    private static readonly string[] OfIPv6 =
    [
        "-A INPUT -s 2001:db8::/32 ! -d 2001:db8::7 -p tcp --dport 22 -j ACCEPT",
        "-A INPUT -s 2001:db8:1234:5678:9abc:def0:1234:5678 -d 2001:db8:1234:5678:9abc:def0:1234:5678",
        "-A INPUT -s 2001:db8::1:0/ffff::ffff",
        "-A INPUT -s ::1",
        "-A INPUT -p icmpv6",
        "-A INPUT -p icmpv6 --icmpv6-type echo-request",
        "-A INPUT -p icmpv6 --icmpv6-type 1/0",
        "-A INPUT -p icmpv6 --icmpv6-type 3/9",
        "-A INPUT -p icmpv6 --icmpv6-type 130",
        "-A INPUT -p icmpv6 ! --icmpv6-type 135",
        "-A INPUT -m iprange --src-range 2001:db8::1-2001:db8::9 ! --dst-range 2001:db8::11-2001:db8::12",
        "-A INPUT -m hl --hl-eq 3", "-A INPUT -m hl ! --hl-eq 3", "-A INPUT -m hl --hl-lt 3", "-A INPUT -m hl --hl-gt 3",
    ];

    private readonly SideBySide _both = new();

    public void Dispose() => _both.Dispose();

    [Theory]
    [InlineData("iptables")]
    [InlineData("ip6tables")]
    public void Rules_are_shown_as_iptables_shows_them(string program)
    {
        foreach (string line in Common.Concat(program == "iptables" ? OfIPv4 : OfIPv6))
        {
            _both.Compare(program, line.Split(' '));
        }

        // iptables forgets the counters given to a policy with the next change; minifw does not.
        _both.Compare(program, "-P", "FORWARD", "DROP", "-c", "1234567", "7654321");
        for (int options = 0; options < 16; options++)
        {
            string letters = $"{((options & 1) != 0 ? "n" : "")}{((options & 2) != 0 ? "v" : "")}{((options & 4) != 0 ? "x" : "")}";
            string[] words = [.. letters.Length > 0 ? [$"-{letters}"] : Array.Empty<string>(), .. (options & 8) != 0 ? ["--line-numbers"] : Array.Empty<string>()];
            _both.Compare(program, ["-L", .. words]);
        }

        foreach (string line in (string[])["-S", "-S -v", "-L user", "-nL FORWARD -v", "-L INPUT 3 --line-numbers -v", "-S INPUT 3", "-S zone", "-S FORWARD -v", "-L INPUT 999"])
        {
            _both.Compare(program, line.Split(' '));
        }
    }
}
