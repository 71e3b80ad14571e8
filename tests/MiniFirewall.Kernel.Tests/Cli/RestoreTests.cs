using System.Text.RegularExpressions;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>
/// iptables-save and iptables-restore beside the kernel's own, in namespaces: the same input leaves the same text, ends with the
/// same exit code, and is refused in the same words.
/// </summary>
public sealed partial class RestoreTests : IDisposable
{
    private const int Refused = 1, Usage = 2, Unsupported = 3;
    private const string Start = "*filter\n:INPUT DROP [0:0]\n:mine - [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -j mine\n-A mine -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n";

    /// <summary>-v tells of all that it does.</summary>
    private const string Told = "# said\n*filter\n:web - [0:0]\n:b - [0:0]\n-A INPUT -s 10.0.0.1,10.0.0.2 -j web\n-I web 1 -p udp -m udp --sport 53 -j RETURN\n"
        + "-R web 1 -p udp -j RETURN\n-A web -j DROP\n-D web 2\n-N more\n-E more less\n-X less\n-Z web\n-P OUTPUT DROP\n-F b\n-Z\n-F\n-X\nCOMMIT\n# end\n";

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData("*filter\nCOMMIT\n")]
    [InlineData("*filter\n:INPUT ACCEPT [0:0]\n:z - [0:0]\n:a - [0:0]\n-A INPUT -j z\n-A z -s 10.0.0.0/8 -p tcp -m tcp ! --dport 1:5 -j a\nCOMMIT\n")]
    [InlineData("*filter\n-A OUTPUT -m comment --comment \"a \\\"b\\\" 'c'\" -s 1.1.1.1,2.2.2.2 -j DROP\nCOMMIT\n")]
    [InlineData("*filter\n-4 -A INPUT -s 1.1.1.1\n-6 -A INPUT -s fe80::1\nCOMMIT\n")]
    [InlineData("*filter\n:INPUT ACCEPT [3:4]\n[1:2] -A INPUT -j DROP\n-A INPUT -c 5 6\nCOMMIT\n", "-c")]
    [InlineData("*filter\n:mine -\n-A mine -j DROP\n-I INPUT -s 9.9.9.9 -j ACCEPT\nCOMMIT\n", "-n")]
    [InlineData("*filter\n-F\n-X\n-P INPUT ACCEPT\n-N a\n-A INPUT -j a\n-E a b\n-R INPUT 1 -p udp -j b\nCOMMIT\n", "--noflush")]
    [InlineData("*filter\n-D INPUT 2\n-F mine\n-X mine\nCOMMIT\n", "-n")]
    [InlineData("*filter\n:x -\n-A x -j DROP\nCOMMIT\n", "--test")]
    [InlineData("*nat\n-A nonsense\nCOMMIT\n*filter\n-A INPUT -j DROP\nCOMMIT\n", "-T", "filter")]
    [InlineData("*filter\n-A INPUT -j DROP\n")]
    [InlineData("*filter\n-A INPUT -j DROP\nCOMMIT")]
    [InlineData("COMMIT\n")]
    [InlineData("*filter\n-A INPUT -j NOWHERE\nCOMMIT\n")]
    [InlineData("*filter\n-A INPUT -g nowhere\nCOMMIT\n")]
    [InlineData("*filter\n-A INPUT --dport 22\nCOMMIT\n")]
    [InlineData("*filter\n-A nochain -j ACCEPT\nCOMMIT\n")]
    [InlineData("*filter\n   \nCOMMIT\n")]
    [InlineData("*filter\n-t filter -A INPUT\nCOMMIT\n")]
    [InlineData("*foo\nCOMMIT\n")]
    [InlineData("*\nCOMMIT\n")]
    [InlineData("*filter\n:INPUT FOO\nCOMMIT\n")]
    [InlineData("*filter\n:INPUT\nCOMMIT\n")]
    [InlineData("*filter\n:\nCOMMIT\n")]
    [InlineData("*filter\n:foo ACCEPT\nCOMMIT\n")]
    [InlineData("*filter\n:foo -\n:foo -\nCOMMIT\n")]
    [InlineData("*filter\n:INPUT DROP [x:2]\nCOMMIT\n", "-c")]
    [InlineData("*filter\n[1:2 -A INPUT\nCOMMIT\n")]
    [InlineData("*filter\n[x:y] -A INPUT\nCOMMIT\n", "-c")]
    [InlineData("*filter\n-D INPUT 5\nCOMMIT\n")]
    [InlineData("*filter\n-I INPUT 0 -j DROP\nCOMMIT\n")]
    [InlineData("*filter\n-X mine\nCOMMIT\n", "-n")]
    [InlineData("*filter\n-N mine\nCOMMIT\n", "-n")]
    [InlineData("*filter\n-C INPUT -j DROP\nCOMMIT\n")]
    [InlineData("*filter\n-A INPUT -w -j DROP\nCOMMIT\n")]
    [InlineData("*filter\n:x -\n-A INPUT -j x\n-A x -j x\nCOMMIT\n")]
    [InlineData(Told, "-v")]
    [InlineData(Told, "-v", "-n")]
    [InlineData(Told, "-v", "--test")]
    [InlineData("# said\n*filter\n-A INPUT -j DROP\n-A INPUT -j nowhere\nCOMMIT\n", "-v")]
    public void A_text_leaves_what_the_kernels_own_leaves(string text, params string[] options)
    {
        (CommandResult theirs, string theirText) = Run("iptables-legacy-restore", "iptables-legacy-save -c -t filter", text, options);
        (CommandResult ours, string ourText) = Run($"{MinifwBinary.Path} iptables-restore", $"{MinifwBinary.Path} iptables-save -c -t filter", text, options);
        Assert.Equal(theirs.ExitCode, ours.ExitCode);
        string[] said = Lines(ours.Error);
        Assert.Equal(Lines(theirs.Error), said.Take(Lines(theirs.Error).Length));
        Assert.Equal(Lines(theirs.Output), Lines(ours.Output));
        Assert.Equal(Comparable(theirText), Comparable(ourText));
    }

    [Fact]
    public void A_wrong_line_changes_nothing_in_any_table()
    {
        Restore(Start).Succeeded();
        string before = Save();
        Assert.Contains("Error occurred at line: 5", Restore("*filter\n-A INPUT -j DROP\nCOMMIT\n*filter\n-A INPUT --nonsense\nCOMMIT\n").FailedWith(Usage));
        Assert.Contains("line 6", Restore("*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n*filter\n-A INPUT -j DROP\n-A nowhere\nCOMMIT\n").FailedWith(Refused));
        Assert.NotEqual(0, Restore("*filter\n-F\nCOMMIT\n*nat\n-A nowhere -j MASQUERADE\nCOMMIT\n").ExitCode);
        Assert.Equal(Comparable(before), Comparable(Save()));
        Assert.DoesNotContain("MASQUERADE", _namespace.Shell("iptables-legacy-save -t nat; iptables-nft-save -t nat 2>/dev/null").Output);
    }

    [Fact]
    public void A_familys_text_leaves_the_other_familys_rules()
    {
        Restore(Start).Succeeded();
        _namespace.MinifwWith("*filter\n-A INPUT -s fe80::/10 -j DROP\nCOMMIT\n", "ip6tables-restore").Succeeded();
        Restore("*filter\n-A INPUT -j ACCEPT\nCOMMIT\n").Succeeded();
        Assert.Contains("-A INPUT -s fe80::/10 -j DROP\n", _namespace.Minifw("ip6tables-save").Succeeded());
        Assert.DoesNotContain("mine", Save());
    }

    [Theory]
    [InlineData("legacy")]
    [InlineData("nft")]
    public void Other_tables_go_to_the_systems_own_iptables(string variant)
    {
        string with = $"MINIFW_SYSTEM_IPTABLES=/usr/sbin/iptables-{variant}";
        string text = "*nat\n-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE\nCOMMIT\n*filter\n-A INPUT -j DROP\nCOMMIT\n";
        _namespace.Shell($"printf '{text.Replace("\n", "\\n", StringComparison.Ordinal)}' | {with} {MinifwBinary.Path} iptables-restore").Succeeded();
        _namespace.Shell($"{with} {MinifwBinary.Path} iptables -t nat -A OUTPUT -d 1.2.3.4 -j ACCEPT").Succeeded();
        string nat = _namespace.Shell($"iptables-{variant}-save -t nat").Output;
        Assert.Contains("-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE", nat);
        Assert.Contains("-A OUTPUT -d 1.2.3.4/32 -j ACCEPT", nat);
        string all = _namespace.Shell($"iptables-{variant} -A FORWARD -s 9.9.9.9; {with} {MinifwBinary.Path} iptables-save").Output;
        Assert.Contains("-A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE", all);
        Assert.Contains("-A INPUT -j DROP", all);
        Assert.DoesNotContain("9.9.9.9", all);
        Assert.Equal(["*nat", "*filter"], Lines(all).Where(line => line.StartsWith('*')));
        Assert.Contains("nonsense", _namespace.Shell($"printf '*nat\\n-A OUTPUT --nonsense\\nCOMMIT\\n' | {with} {MinifwBinary.Path} iptables-restore --test").FailedWith(Usage));
    }

    [Fact]
    public void Without_another_iptables_other_tables_are_refused_by_name()
    {
        string none = $"MINIFW_SYSTEM_IPTABLES=none {MinifwBinary.Path}";
        Assert.Contains("table `nat'", _namespace.Shell($"{none} iptables -t nat -L").FailedWith(Unsupported));
        Assert.Contains("table `raw'", _namespace.Shell($"{none} ip6tables-save -t raw").FailedWith(Unsupported));
        Assert.Contains("table `nat'", _namespace.Shell($"printf '*filter\\n-A INPUT -j DROP\\nCOMMIT\\n*nat\\nCOMMIT\\n' | {none} iptables-restore").FailedWith(Unsupported));
        Assert.DoesNotContain("DROP", Save());
    }

    [Fact]
    public void A_link_to_minifw_is_not_the_systems_own_iptables()
    {
        _namespace.Shell(
            $"d=$(mktemp -d) && ln -s {MinifwBinary.Path} $d/iptables && ln -s {MinifwBinary.Path} $d/iptables-save && PATH=$d:$PATH iptables -t nat -A OUTPUT -j ACCEPT && iptables -t nat -S OUTPUT && rm -r $d").Succeeded();
        Assert.StartsWith("iptables-save v1.8", _namespace.Shell($"d=$(mktemp -d) && ln -s {MinifwBinary.Path} $d/iptables-save && $d/iptables-save -V && rm -r $d").Succeeded());
    }

    [Theory]
    [InlineData("iptables-save -x", "iptables-save: invalid option -- 'x'")]
    [InlineData("iptables-save extra", "Unknown arguments found on commandline")]
    [InlineData("iptables-save -t foo", "Cannot initialize: Table does not exist")]
    [InlineData("iptables-save -f /nonexistent/out", "Failed to open file, error: No such file or directory")]
    [InlineData("iptables-restore --foo", "iptables-restore: unrecognized option '--foo'")]
    [InlineData("iptables-restore a b", "Unknown arguments found on commandline")]
    [InlineData("iptables-restore /nonexistent", "Can't open /nonexistent: No such file or directory")]
    [InlineData("iptables-restore -W 5", "Option --wait-interval requires option --wait")]
    public void A_wrong_command_line_is_refused_in_upstreams_words(string line, string words) =>
        Assert.Contains(words, _namespace.Minifw(line.Split(' ')).FailedWith(Refused));

    private CommandResult Restore(string text) => _namespace.MinifwWith(text, "iptables-restore");

    private string Save() => _namespace.Minifw("iptables-save", "-t", "filter").Succeeded();

    /// <summary>Restores the start and then a text, in a namespace of its own; the result, and what is saved then.</summary>
    private static (CommandResult Result, string Saved) Run(string restore, string save, string text, string[] options)
    {
        using var fresh = new NamedNamespace();
        CommandResult.Of("ip", fresh.Inside(restore.Split(' ')), Start).Succeeded();
        CommandResult result = CommandResult.Of("ip", fresh.Inside([.. restore.Split(' '), .. options]), text);
        return (result, fresh.Shell(save).Succeeded());
    }

    private static string[] Lines(string text) => Variant().Replace(text, "V").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Comparable(string saved) => [.. Lines(saved).Where(line => !line.StartsWith('#'))];

    [GeneratedRegex(@"v1\.8\.\d+ \([^)]*\)")]
    private static partial Regex Variant();
}
