using System.Text.Json;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>why: the verdict, the rule, the path; and that the compiled program says the same.</summary>
public sealed class WhyTests : IDisposable
{
    private const string Rules = """
        iptables -N web
        iptables -A INPUT -i eth+ -p tcp --dport 80 -j web
        iptables -A INPUT -m mark --mark 7 -j ACCEPT
        iptables -A INPUT -p tcp --dport 22 -j DROP
        iptables -A web -s 192.0.2.0/24 -j ACCEPT
        iptables -A web -j DROP
        """;

    private readonly NamedNamespace _namespace = new();

    public WhyTests() => _namespace.MinifwWith(Rules, "apply", "-").Succeeded();

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData("in eth0 tcp 192.0.2.1:5000 10.0.0.1:80", "ACCEPT: rule 1 of web", "path: INPUT 1 > web 1")]
    [InlineData("in eth0 tcp 198.51.100.1:5000 10.0.0.1:80", "DROP: rule 2 of web", "path: INPUT 1 > web 2")]
    [InlineData("in wlan0 tcp 192.0.2.1:5000 10.0.0.1:80", "ACCEPT: the policy of INPUT", "")]
    [InlineData("in wlan0 tcp 192.0.2.1:5000 10.0.0.1:22 mark 7", "ACCEPT: rule 2 of INPUT", "path: INPUT 2")]
    [InlineData("in eth0 tcp [2001:db8::1]:5000 [2001:db8::2]:22", "DROP: rule 3 of INPUT", "path: INPUT 3")]
    [InlineData("out eth0 udp 10.0.0.1:5000 192.0.2.1:53", "ACCEPT: the policy of OUTPUT", "")]
    public void It_names_the_verdict_the_rule_and_the_path(string packet, string verdict, string path)
    {
        string said = _namespace.Minifw(["why", .. packet.Split(' ')]).Succeeded();
        Assert.StartsWith(verdict, said);
        Assert.Contains(path, said);
        Assert.Contains("the compiled program says the same", said);
    }

    [Fact]
    public void Rules_of_a_file_have_lines()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "# nothing\niptables -A FORWARD -p icmp -j DROP\n");
            string said = _namespace.Minifw("why", "forward", "eth0", "eth1", "icmp", "10.0.0.1", "192.0.2.1", "--rules", file, "--json").Succeeded();
            JsonElement why = JsonDocument.Parse(said).RootElement;
            Assert.Equal("DROP", why.GetProperty("verdict").GetString());
            Assert.Equal("rule", why.GetProperty("by").GetString());
            Assert.Equal(file, why.GetProperty("file").GetString());
            Assert.Equal(2, why.GetProperty("line").GetInt32());
            Assert.True(why.GetProperty("programAsked").GetBoolean());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_packet_that_cannot_be_read_says_why() =>
        Assert.Contains("the packet cannot be read: column", _namespace.Minifw("why", "in", "eth0", "tpc", "192.0.2.1:5", "10.0.0.1:80").FailedWith(2));
}
