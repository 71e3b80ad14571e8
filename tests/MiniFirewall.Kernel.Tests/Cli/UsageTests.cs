using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>Wrong command lines and wrong files: exit code, place and words; and nothing changes.</summary>
public sealed class UsageTests : IDisposable
{
    private const int Refused = 1, Usage = 2;

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData("frobnicate", "minifw: error: there is no command 'frobnicate'; see minifw --help\n")]
    [InlineData("--frobnicate", "minifw: error: there is no option '--frobnicate'; see minifw --help\n")]
    [InlineData("disable", "minifw: error: there is no command 'disable'; 'minifw off' takes all rules away, and 'minifw undo' brings them back\n")]
    public void A_word_that_is_no_command_is_one_error(string word, string error) => Assert.Equal(error, Run(word).FailedWith(Usage));

    [Theory]
    [InlineData("")]
    [InlineData("frobnicate")]
    [InlineData("show --bogus")]
    [InlineData("show extra")]
    [InlineData("apply")]
    [InlineData("apply - --confirm")]
    [InlineData("apply - --temporary extra words")]
    [InlineData("why")]
    public void A_wrong_command_line_says_what_and_where_to_read(string line)
    {
        string error = Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).FailedWith(Usage);
        Assert.StartsWith("minifw: error: ", error);
        Assert.Contains("--help", error);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("apply --help")]
    [InlineData("why -h")]
    [InlineData("log --help")]
    public void Help_has_examples(string line) => Assert.Contains("Examples:\n  minifw ", Run(line.Split(' ')).Succeeded());

    [Fact]
    public void The_version_is_one_line() => Assert.Matches(@"^minifw \d+\.\d+\.\d+\S*\n$", Run("--version").Succeeded());

    [Fact]
    public void A_bad_rule_is_reported_by_its_place_and_changes_nothing()
    {
        _namespace.MinifwWith("iptables -A INPUT -p tcp --dport 22 -j DROP\n", "apply", "-").Succeeded();
        string before = _namespace.Minifw("show").Succeeded();
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "iptables -A INPUT -j ACCEPT\niptables -A INPUT -p tcp --dprot 80 -j DROP\n");
            string error = _namespace.Minifw("apply", file).FailedWith(Usage);
            Assert.Matches($@"^{file}:2:\d+: error MFW\d{{4}}: [^\n]+\n$", error);
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Equal(before, _namespace.Minifw("show").Succeeded());
    }

    [Fact]
    public void A_bad_rule_of_the_standard_input_has_a_place_too() =>
        Assert.Matches(@"^\S+:1:\d+: error MFW\d{4}: ", _namespace.MinifwWith("-A INPUT -j DORP\n", "apply", "-").FailedWith(Usage));

    [Fact]
    public void A_missing_file_is_named()
    {
        string error = _namespace.Minifw("apply", "/no/such/file").FailedWith(Usage);
        Assert.Contains("/no/such/file", error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Why_and_log_need_rules()
    {
        Assert.Contains("no rules are loaded", _namespace.Minifw("log").FailedWith(Refused));
        Assert.Contains("no rules are loaded", _namespace.Minifw("why", "in", "lo", "udp", "127.0.0.1:1", "127.0.0.1:2").FailedWith(Refused));
    }

    private CommandResult Run(params string[] arguments) => _namespace.Minifw(arguments);
}
