using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>The names by which minifw is iptables: as links, and as first words.</summary>
public sealed class NameTests : IDisposable
{
    private readonly NamedNamespace _namespace = new();
    private readonly string _links = Directory.CreateTempSubdirectory("minifw-links-").FullName;

    public void Dispose()
    {
        _namespace.Dispose();
        Directory.Delete(_links, recursive: true);
    }

    [Theory]
    [InlineData("iptables")]
    [InlineData("iptables-legacy")]
    [InlineData("iptables-nft")]
    [InlineData("ip6tables")]
    [InlineData("ip6tables-legacy")]
    [InlineData("xtables-legacy-multi iptables")]
    [InlineData("xtables-legacy-multi main4")]
    [InlineData("xtables-nft-multi ip6tables")]
    [InlineData("xtables-multi iptables-legacy")]
    public void A_link_is_iptables(string command)
    {
        string[] words = command.Split(' ');
        string link = Path.Combine(_links, words[0]);
        File.CreateSymbolicLink(link, MinifwBinary.Path);
        CommandResult result = CommandResult.Of("ip", _namespace.Inside([link, .. words[1..], "-S", "INPUT"]));
        Assert.Equal("-P INPUT ACCEPT\n", result.Succeeded());
    }

    [Theory]
    [InlineData("-h", "Usage: iptables")]
    [InlineData("-m tcp -h", "tcp match options:\n[!] --sport, --source-port VALUE\n")]
    [InlineData("-p udp -h", "udp match options:\n")]
    [InlineData("-j LOG -h", "LOG target options:\n    --log-prefix TEXT\n")]
    public void Help_comes_from_the_table_of_options(string line, string words) =>
        Assert.Contains(words, _namespace.Minifw(["iptables", .. line.Split(' ')]).Succeeded());

    [Fact]
    public void Who_may_not_is_told_so() => Assert.Equal(
        "iptables v1.8.9 (miniFirewall): can't initialize iptables table `filter': Permission denied (you must be root)\nPerhaps iptables or your kernel needs to be upgraded.\n",
        _namespace.Unprivileged("minifw iptables -A INPUT -j ACCEPT").FailedWith(4));

    [Fact]
    public void A_person_is_told_more_than_a_script()
    {
        string line = $"'{MinifwBinary.Path}' iptables -A INPUT -p tcp --dprt 22";
        Assert.DoesNotContain("did you mean", _namespace.Shell(line).FailedWith(2));
        Assert.Contains("did you mean --dport", _namespace.Shell($"script -qec \"{line}\" /dev/null").Output);
    }
}
