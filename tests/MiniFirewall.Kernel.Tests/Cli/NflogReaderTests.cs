using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>NFLOG before a reader that knows nothing of miniFirewall.</summary>
public sealed class NflogReaderTests : IDisposable
{
    private const string Reader = "/usr/bin/tcpdump";

    private readonly NamedNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    public void Tcpdump_sees_packets_of_a_rule_that_was_added(int rulesBefore)
    {
        Assert.SkipUnless(File.Exists(Reader), "there is no tcpdump here");
        _namespace.MinifwWith(string.Concat(Enumerable.Range(1, rulesBefore).Select(i => $"iptables -A OUTPUT -d 198.51.100.{i} -j DROP\n")) + "iptables -P INPUT ACCEPT\n", "apply", "-").Succeeded();
        _namespace.Minifw("iptables", "-A", "OUTPUT", "-p", "udp", "--dport", "9", "-j", "NFLOG", "--nflog-group", "7", "--nflog-prefix", "nine").Succeeded();
        Assert.Contains("nflog        packets of 1 rules go on, and no group gets them: minifw serve does not run here", _namespace.Minifw("status").Succeeded());
        using Process serve = CommandResult.Start("ip", _namespace.Inside(MinifwBinary.Path, "serve"));
        using Process reader = CommandResult.Start("ip", _namespace.Inside("timeout", "30", Reader, "-U", "-n", "-c", "1", "-A", "-i", "nflog:7"));
        for (int i = 0; i < 100 && !reader.HasExited; i++)
        {
            _namespace.Shell("echo hello > /dev/udp/127.0.0.1/9").Succeeded();
            reader.WaitForExit(100);
        }

        Assert.True(reader.HasExited, "tcpdump saw no packet");
        string seen = reader.StandardOutput.ReadToEnd();
        Assert.Contains("127.0.0.1.9: UDP, length 6", seen);
        Assert.Contains("hello", seen);
        Assert.Contains("nflog        handed to netlink groups by minifw serve", _namespace.Minifw("status").Succeeded());
        Signal.Send(serve.Id, PosixSignal.SIGTERM);
        Assert.True(serve.WaitForExit(TimeSpan.FromSeconds(10)));
        Assert.Matches("handed to netlink groups [1-9]", serve.StandardOutput.ReadToEnd());
    }
}
