using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>What a user without capabilities can do: read and judge text, and be told clearly about the rest.</summary>
public sealed class UnprivilegedTests : IDisposable
{
    private const int Permission = 4;
    private const string Rules = "iptables -A INPUT -p tcp --dport 22 -j DROP";

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void Why_judges_the_rules_of_a_file()
    {
        string said = _namespace.Unprivileged($"echo '{Rules}' | minifw why in eth0 tcp 192.0.2.1:5 10.0.0.1:22 --rules -").Succeeded();
        Assert.StartsWith("DROP: rule 1 of INPUT", said);
        Assert.Contains("was not asked", said);
    }

    [Fact]
    public void Check_reads_and_compiles()
    {
        CommandResult good = _namespace.Unprivileged($"echo '{Rules}' | minifw apply --check -");
        Assert.Equal(0, good.ExitCode);
        Assert.Contains("needs root", good.Error);
        _namespace.Unprivileged("echo 'iptables -A INPUT -j NOPE' | minifw apply --check -").FailedWith(2);
    }

    [Fact]
    public void Check_proves_what_is_compiled()
    {
        CommandResult proved = _namespace.Unprivileged("for i in $(seq 60); do echo iptables -A INPUT -s 10.0.0.$i -j DROP; done | minifw apply --check --verify -");
        Assert.Equal(0, proved.ExitCode);
        Assert.StartsWith("IPv4: proved: 60 rules", proved.Output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    public void Help_needs_no_privileges(string option) => _namespace.Unprivileged($"minifw {option}").Succeeded();

    [Theory]
    [InlineData("show")]
    [InlineData("status")]
    [InlineData("off")]
    [InlineData("log")]
    [InlineData("demo")]
    [InlineData("apply -")]
    [InlineData("why in eth0 tcp 192.0.2.1:5 10.0.0.1:22")]
    public void The_rest_exits_4_with_one_clear_line(string command)
    {
        _namespace.MinifwWith(Rules + "\n", "apply", "-").Succeeded();
        string error = _namespace.Unprivileged($"echo '{Rules}' | minifw {command}").FailedWith(Permission);
        Assert.Matches(@"^minifw: error: [^\n]+\n$", error);
        Assert.Contains("root", error);
        Assert.Contains("--dport 22 -j DROP", _namespace.Minifw("show").Succeeded());
    }
}
