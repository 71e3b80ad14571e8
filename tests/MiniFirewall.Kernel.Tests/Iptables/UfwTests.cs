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

    [Fact]
    public void Ufw_itself_is_enabled_changed_and_disabled()
    {
        Assert.SkipUnless(File.Exists(Probe), "ufw is not installed");

        // ufw calls /usr/sbin/iptables and keeps its rules in /etc/ufw: both are others in a mount namespace of its own.
        string output = _namespace.Shell($$"""
            exec unshare -m bash -ec '
                mount --make-rprivate /
                cp -a /etc/ufw {{_links}}/ufw
                mount -t tmpfs none /etc/ufw
                cp -a {{_links}}/ufw/. /etc/ufw/
                mount --bind {{MinifwBinary.Path}} "$(readlink -f /usr/sbin/iptables)"
                export MINIFW_SYSTEM_IPTABLES=none
                ufw --force enable
                ufw limit 22/tcp
                iptables -S ufw-user-input
                ufw disable
                iptables -S INPUT' 2>&1
            """).Output;
        Assert.Contains("Firewall is active", output);
        Assert.Contains("-A ufw-user-input -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6", output);
        Assert.Contains("Firewall stopped and disabled", output);
        Assert.Contains("disabled on system startup\n-P INPUT ACCEPT\n", output);
    }
}
