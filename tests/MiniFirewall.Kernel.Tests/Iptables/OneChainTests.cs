using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>-S CHAIN and -L CHAIN, which read one chain's rules, beside what -S shows of all.</summary>
public sealed class OneChainTests : IDisposable
{
    private static readonly string[] Programs = ["iptables", "ip6tables"];

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void One_chain_is_shown_as_among_all()
    {
        _namespace.MinifwWith(
            """
            -P FORWARD DROP
            -N user
            -N other
            -4 -A INPUT -s 192.0.2.1 -j DROP
            -A INPUT -j user
            -6 -A INPUT -s 2001:db8::1 -j DROP
            -A user -p tcp --dport 22 -m comment --comment "a b" -j other
            -4 -A user -s 192.0.2.2 -j RETURN
            -A other -m limit --limit 5/min -j ACCEPT
            """,
            "apply", "-").Succeeded();

        // A policy, a rule and a chain that came later, and a rule that went.
        Run("iptables -P OUTPUT DROP");
        Run("iptables -A user -s 192.0.2.3 -j DROP");
        Run("iptables -D user 2");
        Run("iptables -N late");
        Run("ip6tables -A INPUT -s 2001:db8::2 -j ACCEPT");
        foreach (string program in Programs)
        {
            string[] all = Lines($"{program} -v -S");
            foreach (string chain in new[] { "INPUT", "FORWARD", "OUTPUT", "user", "other", "late" }.Where(chain => all.Any(line => line.Split(' ')[1] == chain)))
            {
                string[] own = [.. all.Where(line => line.Split(' ')[1] == chain)];
                Assert.Equal(own, Lines($"{program} -v -S {chain}"));
                Assert.Equal(own.Skip(1).Take(1), Lines($"{program} -v -S {chain} 1"));
            }
        }

        Assert.Equal("iptables: No chain/target/match by that name.\n", _namespace.Shell($"'{MinifwBinary.Path}' iptables -S nosuch").FailedWith(1));
        Assert.Equal(["Chain user (1 references)", "target     prot opt source               destination         "], Lines("iptables -n -L user")[..2]);
    }

    private string[] Lines(string command) => Run(command).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private string Run(string command) => _namespace.Shell($"'{MinifwBinary.Path}' {command}").Succeeded();
}
