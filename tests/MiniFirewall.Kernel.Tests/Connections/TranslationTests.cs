using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Connections that the kernel translates, beside the kernel's own tracking, on a router that drops what it does not know.</summary>
public sealed class TranslationTests
{
    private static readonly string[] s_rules =
    [
        ":FORWARD DROP",
        "-A FORWARD -m conntrack --ctstate DNAT",
        "-A FORWARD -m conntrack --ctstate SNAT",
        "-A FORWARD -m conntrack ! --ctstate NEW,SNAT",
        "-A FORWARD -m conntrack ! --ctstate DNAT --ctdir ORIGINAL",
        "-A FORWARD -m conntrack --ctstate INVALID",
        "-A FORWARD -m conntrack --ctorigdst PUBLIC",
        "-A FORWARD -m conntrack ! --ctorigdst SERVER",
        "-A FORWARD -m conntrack --ctorigsrc CLIENT",
        "-A FORWARD -m conntrack --ctreplsrc SERVER --ctreplsrcport 8080",
        "-A FORWARD -m conntrack --ctrepldst OWN",
        "-A FORWARD -m conntrack --ctrepldst CLIENT",
        "-A FORWARD -m conntrack --ctorigdstport 80",
        "-A FORWARD -m conntrack --ctorigdstport 8080:8081",
        "-A FORWARD -m conntrack --ctproto tcp --ctorigsrcport 5000:5001 --ctrepldstport 5000:5001",
        "-A FORWARD -m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 7",
        "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A FORWARD -i eth0 -p tcp -m tcp --dport 8080 -m conntrack --ctstate NEW --ctorigdstport 80 -j ACCEPT",
        "-A FORWARD -i eth0 -p udp -m conntrack --ctstate NEW -j ACCEPT",
    ];

    [Theory]
    [InlineData(Family.IPv4, "SNAT --to-source OWN")]
    [InlineData(Family.IPv4, "MASQUERADE")]
    [InlineData(Family.IPv6, "SNAT --to-source OWN")]
    [InlineData(Family.IPv6, "MASQUERADE")]
    public void A_translated_connection_is_one_connection(Family family, string source)
    {
        Ends ends = family == Family.IPv4 ? Ends.V4 : Ends.V6;
        using var twins = new TwinRouters([family], [.. s_rules.Select(ends.In)]);
        twins.Translate(family, ends.Own, ends.In($"*nat\n-A PREROUTING -i eth0 -d PUBLIC -p tcp --dport 80 -j DNAT --to-destination {ends.Target}\n-A POSTROUTING -o eth1 -j {source}\nCOMMIT\n"));
        var client = new Way(family, ends.Client, ends.Public, "eth0", "eth1");
        var server = new Way(family, ends.Server, ends.Own, "eth1", "eth0");

        twins.Judge(client.Tcp(5000, 80, TcpFlags.Syn, 100, 0), "SYN");
        twins.Judge(server.Tcp(8080, 5000, TcpFlags.Syn | TcpFlags.Ack, 500, 101), "SYN/ACK");
        twins.Judge(client.Tcp(5000, 80, TcpFlags.Ack, 101, 501), "ACK");
        twins.Judge(server.Tcp(8080, 5000, TcpFlags.Ack | TcpFlags.Psh, 501, 101), "answer");
        twins.Judge(client.Tcp(5000, 80, TcpFlags.None, 101, 501), "no flags");
        twins.Judge(client.Tcp(5001, 80, TcpFlags.Syn, 100, 0), "another SYN");
        twins.Judge(server.Error(new Way(family, ends.Own, ends.Server, "", "").Tcp(5001, 8080, TcpFlags.Syn, 100, 0)), "an error about it");
        twins.Judge(client.Tcp(5002, 81, TcpFlags.Syn, 100, 0), "no translation of the destination");

        var plain = new Way(family, ends.Client, ends.Server, "eth0", "eth1");
        twins.Judge(plain.Udp(5003, 53), "source translated only");
        twins.Judge(server.Udp(53, 5003), "its answer");
        twins.Judge(plain.Udp(5003, 53), "the next query");
        twins.Judge(server.Udp(53, 5004), "no answer to anything");
        Assert.Equal([1, 2, 3, 4, 5], twins.SeenStates);
    }

    /// <summary>Who talks to whom; the last address is the router's own on the server's side.</summary>
    private sealed record Ends(string Client, string Public, string Server, string Target, string Own)
    {
        internal static Ends V4 { get; } = new("192.0.2.10", "203.0.113.1", "198.51.100.20", "198.51.100.20:8080", "198.51.100.1");

        internal static Ends V6 { get; } = new("2001:db8:1::10", "2001:db8:3::1", "2001:db8:2::20", "[2001:db8:2::20]:8080", "2001:db8:2::1");

        internal string In(string rule) => rule.Replace("PUBLIC", Public, StringComparison.Ordinal).Replace("SERVER", Server, StringComparison.Ordinal)
            .Replace("CLIENT", Client, StringComparison.Ordinal).Replace("OWN", Own, StringComparison.Ordinal);
    }
}
