using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Cli;

/// <summary>serve --log: events of real packets on their way to a log.</summary>
public sealed class ServeLogTests : IDisposable
{
    private const string Rules = """
        iptables -A OUTPUT -p udp --dport 9 -j LOG --log-prefix "nine: " --log-level crit
        iptables -A OUTPUT -p udp --dport 10 -j DROP
        """;

    private readonly NamedNamespace _namespace = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("minifw-log-").FullName;

    public ServeLogTests() => _namespace.MinifwWith(Rules, "apply", "-").Succeeded();

    public void Dispose()
    {
        _namespace.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void To_a_file_that_may_be_renamed_meanwhile()
    {
        string file = Path.Combine(_directory, "log");
        string said = Serving(["--log", file], () =>
        {
            Send(9, 10);
            Until(() => File.Exists(file) && File.ReadAllText(file).Contains("DPT=9 ", StringComparison.Ordinal));
            File.Move(file, file + ".1");
            Send(9);
            Until(() => File.Exists(file));
        });
        string line = @"^\w{3} [ \d]\d \d\d:\d\d:\d\d \S+ minifw: nine: IN= OUT=lo SRC=127\.0\.0\.1 DST=127\.0\.0\.1 LEN=30 .* DPT=9 LEN=10 $";
        Assert.Matches(line, Assert.Single(File.ReadAllLines(file + ".1")));
        Assert.Matches(line, Assert.Single(File.ReadAllLines(file)));
        Assert.Contains("events written 2, left out 0", said);
    }

    [Fact]
    public void With_drops_and_no_more_than_the_rate()
    {
        string file = Path.Combine(_directory, "log");
        string said = Serving(["--log", file, "--log-format", "text", "--log-rate", "2/second", "--log-drops"], () =>
        {
            Send(10, 9, 9, 9, 9, 9);
            Until(() => File.ReadAllText(file).Contains("left out", StringComparison.Ordinal));
        });
        string[] lines = File.ReadAllLines(file);
        Assert.Contains(" DROP    OUTPUT 2 out lo udp 127.0.0.1:", lines[0]);
        Assert.Contains(" LOG     OUTPUT 1 out lo udp 127.0.0.1:", lines[1]);
        Assert.Matches("events written [2-5], left out [1-4]", said);
        Assert.Equal(6, Regex.Matches(said, @"(?<=events written |left out )\d+").Sum(number => int.Parse(number.Value)));
    }

    [Fact]
    public void To_the_journal_with_fields()
    {
        string entry = Received("journald", []);
        Assert.StartsWith("MESSAGE=nine: IN= OUT=lo ", entry);
        string[] wanted =
        [
            "PRIORITY=2", "SYSLOG_IDENTIFIER=minifw", "MINIFW_VERDICT=LOG", "MINIFW_CHAIN=OUTPUT", "MINIFW_RULE=1", "MINIFW_PREFIX=nine: ",
            "MINIFW_OUT=lo", "MINIFW_PROTOCOL=udp", "MINIFW_DESTINATION=127.0.0.1", "MINIFW_DESTINATION_PORT=9", "MINIFW_PROCESS=bash",
        ];
        Assert.Empty(wanted.Except(entry.TrimEnd('\n').Split('\n')));
    }

    [Fact]
    public void To_the_log_daemon() => Assert.Matches(
        @"^<26>\w{3} [ \d]\d \d\d:\d\d:\d\d minifw\[\d+\]: LOG     OUTPUT 1 out lo udp .* process bash prefix ""nine: ""$", Received("syslog", ["--log-format", "text"]));

    [Theory]
    [InlineData(2, "--log is stdout, journald, syslog, or a path with a slash, not nowhere", "--log", "nowhere")]
    [InlineData(2, "--log-rate is a whole number from 1 on, with or without /second, not 5/minute", "--log", "stdout", "--log-rate", "5/minute")]
    [InlineData(2, "--log-drops says how events are sent, and needs --log", "--log-drops")]
    [InlineData(2, "--log-format is one of text, kernel, json, not xml", "--log", "stdout", "--log-format", "xml")]
    [InlineData(1, "the journal does not listen here: /nowhere/socket is not there", "--log", "journald:/nowhere/socket")]
    [InlineData(1, "/nowhere/log cannot be written", "--log", "/nowhere/log")]
    public void Refuses_what_cannot_be(int code, string error, params string[] words) => Assert.Contains(error, _namespace.Minifw(["serve", .. words]).FailedWith(code));

    [Fact]
    public void The_kernels_format_on_the_output_stream()
    {
        Send(9);
        Assert.Matches(@"^\[ *\d+\.\d{6}\] nine: IN= OUT=lo SRC=127\.0\.0\.1 .* \n$", _namespace.Minifw("log", "--format", "kernel").Succeeded());
    }

    /// <summary>What a socket gets of one event.</summary>
    private string Received(string destination, string[] options)
    {
        string path = Path.Combine(_directory, "socket");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        socket.Bind(new UnixDomainSocketEndPoint(path));
        byte[] entry = new byte[4096];
        int length = 0;
        Serving(["--log", $"{destination}:{path}", .. options], () =>
        {
            Send(9);
            length = socket.Receive(entry);
        });
        return Encoding.UTF8.GetString(entry, 0, length);
    }

    /// <summary>Runs the service as long as the work takes, and returns what it said.</summary>
    private string Serving(string[] options, Action work)
    {
        using Process serve = CommandResult.Start("ip", _namespace.Inside([MinifwBinary.Path, "serve", .. options]));
        Until(() => _namespace.Minifw("log").ExitCode == 1);
        work();
        Signal.Send(serve.Id, PosixSignal.SIGTERM);
        Assert.True(serve.WaitForExit(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, serve.ExitCode);
        return serve.StandardOutput.ReadToEnd();
    }

    private void Send(params int[] ports) =>
        _namespace.Shell(string.Concat(ports.Select(port => $"echo x > /dev/udp/127.0.0.1/{port}; ")) + "true");

    private static void Until(Func<bool> happens)
    {
        long start = Stopwatch.GetTimestamp();
        while (!happens())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "it did not happen");
            Thread.Sleep(50);
        }
    }
}
