using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>Commands that make, compare and keep rate estimators do what iptables' do, and say what these say.</summary>
public sealed class EstimatorCommandTests : IDisposable
{
    private const string Make = "-j RATEEST --rateest-name a --rateest-interval 250ms --rateest-ewmalog 500ms";
    private const string MakeSlower = "-j RATEEST --rateest-name a --rateest-interval 500ms --rateest-ewmalog 1s";
    private const string Ask = "-m rateest --rateest a --rateest-gt --rateest-pps 5";

    private readonly SideBySide _both = new();

    public void Dispose() => _both.Dispose();

    [Fact]
    public void What_is_compared_must_be_there_first()
    {
        Require();
        Compare($"-A INPUT {Ask}");
        Compare($"-C INPUT {Ask}");
        Compare($"-D INPUT {Ask}");
        Compare($"-A INPUT {Make}");
        Compare($"-I INPUT {Ask}");
        Compare("-A INPUT -m rateest --rateest1 a --rateest-lt --rateest-bps --rateest2 b");
        Compare("-R INPUT 2 -m rateest --rateest b --rateest-lt --rateest-pps 1");
        Compare($"-A FORWARD {MakeSlower}");
        Compare($"-R INPUT 2 {MakeSlower}");
        _both.Compare("ip6tables", $"-A INPUT {Ask}".Split(' '));
        Compare("-S");
        Compare("-vnL");
    }

    /// <summary>An estimator is there as long as a rule of either family names it.</summary>
    [Fact]
    public void Whoever_compares_keeps_it_alive()
    {
        Require();
        Compare($"-A INPUT {Make}");
        Compare($"-A INPUT {Ask}");
        _both.Compare("ip6tables", $"-A OUTPUT {Ask}".Split(' '));
        Compare($"-D INPUT {Make}");
        Compare($"-A FORWARD {Ask}");
        Compare($"-A FORWARD {MakeSlower}");
        Compare("-F");
        Compare($"-A FORWARD {MakeSlower}");
        _both.Compare("ip6tables", "-F");
        Compare($"-A FORWARD {Ask}");
        Compare($"-A FORWARD {MakeSlower}");
        Compare("-S");
    }

    [Theory]
    [InlineData($"-A INPUT {Ask}\n-A INPUT {Make}")]
    [InlineData($"-A INPUT {Make}\n-A INPUT {Ask}")]
    [InlineData($"-A INPUT {Make}\n-A FORWARD {MakeSlower}")]
    [InlineData($":b - [0:0]\n-A b {Make}\n-A OUTPUT -j b\n-A FORWARD {Ask}")]
    [InlineData($":b - [0:0]\n:a - [0:0]\n-A OUTPUT -j b\n-A OUTPUT -j a\n-A b {Ask}\n-A a {Make}")]
    public void A_text_is_looked_at_chain_after_chain(string lines)
    {
        Require();
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $"*filter\n{lines}\nCOMMIT\n");
            _both.CompareCode("iptables-restore", file);
            Compare("-S");
            Compare($"-I INPUT {Make}");
            _both.CompareCode("iptables-restore", file);
            Compare("-S");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Require()
    {
        using var place = new NamedNamespace();
        string[] command = ["iptables-legacy", "-A", "INPUT", .. Make.Split(' ')];
        Assert.SkipUnless(CommandResult.Of("ip", place.Inside(command)).ExitCode == 0, "this kernel has no xt_RATEEST, or there is no iptables-legacy");
    }

    private void Compare(string line) => _both.Compare("iptables", line.Split(' '));
}
