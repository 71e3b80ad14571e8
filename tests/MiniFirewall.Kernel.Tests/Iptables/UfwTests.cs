using MiniFirewall.Kernel.Tests.Cli;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Iptables;

/// <summary>ufw's own probe of what iptables can do, with minifw's links first in PATH.</summary>
public sealed class UfwTests(ITestOutputHelper output) : IDisposable
{
    private const string Probe = "/usr/share/ufw/check-requirements";

    private readonly NamedNamespace _namespace = new();
    private readonly string _links = Directory.CreateTempSubdirectory("minifw-links-").FullName;

    public void Dispose()
    {
        _namespace.Dispose();
        Directory.Delete(_links, recursive: true);
    }

    [Fact]
    public void Every_probe_passes_or_names_what_is_lacking()
    {
        Assert.SkipUnless(File.Exists(Probe), "ufw is not installed");
        foreach (string name in (string[])["iptables", "ip6tables"])
        {
            File.CreateSymbolicLink(Path.Combine(_links, name), MinifwBinary.Path);
        }

        string[] lines = _namespace.Shell($"PATH={_links}:$PATH {Probe} -f").Output.Split('\n');
        int passed = lines.Count(line => line.EndsWith(": pass", StringComparison.Ordinal));
        List<string> unexplained = [];
        for (int i = 0; i + 1 < lines.Length; i++)
        {
            if (lines[i].Contains(": FAIL", StringComparison.Ordinal) && lines[i + 1].StartsWith("error was:", StringComparison.Ordinal))
            {
                output.WriteLine($"{lines[i]} {lines[i + 1]}");
                unexplained.AddRange(lines[i + 1].Contains("cannot be in force", StringComparison.Ordinal) ? [] : [$"{lines[i]} {lines[i + 1]}"]);
            }
        }

        output.WriteLine($"{passed} probes passed");
        Assert.Empty(unexplained);
        Assert.True(passed > 40, string.Join('\n', lines));
    }
}
