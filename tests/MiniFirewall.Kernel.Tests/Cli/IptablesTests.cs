using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>minifw iptables and ip6tables: one change of one chain, in iptables' own words and with its exit codes.</summary>
public sealed class IptablesTests : IDisposable
{
    private const int Refused = 1, Usage = 2;

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Rules_are_appended_inserted_replaced_and_deleted()
    {
        Run("iptables -A INPUT -p tcp --dport 22 -j ACCEPT");
        Run("iptables -A INPUT -j DROP");
        Run("ip6tables -A INPUT -p udp --dport 53 -j ACCEPT");
        Run("iptables -I INPUT 2 -s 10.0.0.1 -j ACCEPT");
        Run("iptables -R INPUT 1 -p tcp --dport 2222 -j ACCEPT");
        Run("iptables -I INPUT -i lo -j ACCEPT");
        Assert.Equal(
            ["-i lo -j ACCEPT", "-p tcp -m tcp --dport 2222 -j ACCEPT", "-s 10.0.0.1/32 -j ACCEPT", "-j DROP", "-p udp -m udp --dport 53 -j ACCEPT"], Rules());
        Run("iptables -D INPUT 1");
        Run("iptables -D INPUT -s 10.0.0.1/32 -j ACCEPT");
        Run("ip6tables -D INPUT 1");
        Assert.Equal(["-p tcp -m tcp --dport 2222 -j ACCEPT", "-j DROP"], Rules());
    }

    [Fact]
    public void What_stays_goes_on_counting()
    {
        Run("iptables -A INPUT -p udp --dport 9 -j DROP");
        _namespace.Shell("echo x > /dev/udp/127.0.0.1/9").Succeeded();
        Run("iptables -I INPUT -p tcp -j ACCEPT");
        string shown = _namespace.Minifw("show").Succeeded();
        Assert.Matches(@"\b2 +1 +30 +-p udp -m udp --dport 9 -j DROP", shown);
    }

    [Theory]
    [InlineData("iptables -D INPUT 1", "Index of deletion too big.")]
    [InlineData("iptables -D INPUT -j DROP", "Bad rule (does a matching rule exist in that chain?).")]
    [InlineData("iptables -A nowhere -j DROP", "No chain/target/match by that name.")]
    [InlineData("iptables -R INPUT 1 -j DROP", "Index of replacement too big.")]
    public void What_the_rules_in_force_do_not_allow_is_refused_and_changes_nothing(string line, string words)
    {
        Assert.Equal($"iptables: {words}\n", _namespace.Minifw(line.Split(' ')).FailedWith(Refused));
        Assert.Contains("no rules are loaded", _namespace.Minifw("show").Succeeded());
    }

    [Theory]
    [InlineData("ip6tables -A INPUT -s 10.0.0.1", "host/network `10.0.0.1' not found")]
    [InlineData("iptables -A INPUT --dport 22", "unknown option \"--dport\"")]
    [InlineData("iptables", "no command specified")]
    public void A_wrong_command_line_is_refused_as_iptables_does(string line, string words) =>
        Assert.Contains(words, _namespace.Minifw(line.Split(' ')).FailedWith(Usage));

    [Theory]
    [InlineData("iptables -F")]
    [InlineData("iptables -X")]
    [InlineData("iptables -Z")]
    [InlineData("iptables -L")]
    [InlineData("iptables -S")]
    public void What_leaves_nothing_as_it_is_loads_nothing(string line)
    {
        _namespace.Minifw(line.Split(' ')).Succeeded();
        Assert.Contains("no rules are loaded", _namespace.Minifw("show").Succeeded());
    }

    private void Run(string line) => _namespace.Minifw(line.Split(' ')).Succeeded();

    private string[] Rules() => [.. System.Text.Json.JsonDocument.Parse(_namespace.Minifw("show", "--json").Succeeded()).RootElement
        .GetProperty("chains")[0].GetProperty("rules").EnumerateArray().Select(rule => rule.GetProperty("text").GetString()!)];
}
