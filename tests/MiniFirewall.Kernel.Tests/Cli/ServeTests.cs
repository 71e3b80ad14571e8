using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MiniFirewall.Engine;
using MiniFirewall.Kernel.Tests.Support;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>serve: the service as a process.</summary>
public sealed class ServeTests : IDisposable
{
    private const string Rules = """
        iptables -A OUTPUT -p tcp -d 192.0.2.9 -j REJECT --reject-with tcp-reset
        ip6tables -A INPUT -p udp --dport 9 -j REJECT
        """;

    private const string Connect = "timeout 2 bash -c 'echo > /dev/tcp/192.0.2.9/80' 2>&1; true";

    private readonly NamedNamespace _namespace = new();

    public ServeTests()
    {
        _namespace.Shell(
            "ip link add name left type veth peer name right && ip addr add 192.0.2.1/24 dev left && ip link set left up && ip link set right up"
            + " && ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev left nud permanent").Succeeded();
        _namespace.MinifwWith(Rules, "apply", "-").Succeeded();
    }

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public async Task Tells_when_it_is_ready_answers_and_ends_when_asked()
    {
        ServiceUse.SkipWhereTheModuleAnswers();
        string path = Path.Combine(Path.GetTempPath(), $"minifw-notify-{Environment.ProcessId}");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        manager.Bind(new UnixDomainSocketEndPoint(path));
        try
        {
            using Process serve = CommandResult.Start("ip", _namespace.Inside("env", $"NOTIFY_SOCKET={path}", MinifwBinary.Path, "serve"));
            byte[] word = new byte[64];
            Assert.Equal("READY=1", Encoding.ASCII.GetString(word, 0, manager.Receive(word)));
            await Answering(true);
            Assert.Contains("Connection refused", _namespace.Shell(Connect).Succeeded());
            Assert.Contains("rejects      answered by minifw serve", _namespace.Minifw("status").Succeeded());
            Assert.Contains("another process answers", _namespace.Minifw("serve").FailedWith(1));

            Signal.Send(serve.Id, PosixSignal.SIGTERM);
            Assert.Equal("STOPPING=1", Encoding.ASCII.GetString(word, 0, manager.Receive(word)));
            Assert.True(serve.WaitForExit(TimeSpan.FromSeconds(10)));
            Assert.Equal(0, serve.ExitCode);
            Assert.Matches(@"answered 1, unanswerable 0, over the rate 0, not sent 0\s*$", await serve.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Killed_it_leaves_packets_dropped_and_status_says_so()
    {
        ServiceUse.SkipWhereTheModuleAnswers();
        using (Process serve = CommandResult.Start("ip", _namespace.Inside(MinifwBinary.Path, "serve")))
        {
            await Answering(true);
            serve.Kill();
            serve.WaitForExit();
        }

        await Answering(false);
        Assert.DoesNotContain("refused", _namespace.Shell(Connect).Succeeded());
        Assert.Contains("dropped without an answer, by 2 rules: minifw serve does not run here", _namespace.Minifw("status").Succeeded());

        // Nothing of the one that was killed is in the way of the next.
        using Process next = CommandResult.Start("ip", _namespace.Inside(MinifwBinary.Path, "serve"));
        await Answering(true);
        Assert.Contains("Connection refused", _namespace.Shell(Connect).Succeeded());
        next.Kill();
        next.WaitForExit();
    }

    [Fact]
    public async Task A_rule_that_is_added_to_a_long_list_is_answered()
    {
        _namespace.MinifwWith(string.Concat(Enumerable.Range(1, 200).Select(i => $"iptables -A OUTPUT -d 198.51.100.{i} -j DROP\n")), "apply", "-").Succeeded();
        using Process serve = CommandResult.Start("ip", _namespace.Inside(MinifwBinary.Path, "serve"));
        await Answering(true);
        Assert.DoesNotContain("route", _namespace.Shell(Connect).Succeeded());
        _namespace.Minifw("iptables", "-A", "OUTPUT", "-d", "192.0.2.9", "-j", "REJECT", "--reject-with", "icmp-host-unreachable").Succeeded();
        Assert.Contains("No route to host", _namespace.Shell(Connect).Succeeded());
        serve.Kill();
        serve.WaitForExit();
    }

    [Theory]
    [InlineData("--rate", "0")]
    [InlineData("--burst", "many")]
    public void Refuses_a_rate_that_is_none(string option, string value) =>
        Assert.Contains($"{option} is a whole number from 1 on, not {value}", _namespace.Minifw("serve", option, value).FailedWith(2));

    [Fact]
    public void Why_says_what_a_packet_is_rejected_with() => Assert.StartsWith(
        "DROP: rule 1 of INPUT, rejected with icmp6-port-unreachable\n", _namespace.Minifw("why", "in", "lo", "udp", "[::1]:1000", "[::1]:9").Succeeded());

    private async Task Answering(bool asked)
    {
        for (int i = 0; i < 100; i++)
        {
            using JsonDocument status = JsonDocument.Parse(_namespace.Minifw("status", "--json").Succeeded());
            if (status.RootElement.GetProperty("rejectsAnswered").GetBoolean() == asked)
            {
                return;
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"rejectsAnswered never became {asked}");
    }
}
