using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MiniFirewall.Engine;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>Real packets, real time: a rate rises with a burst and falls by itself, as iptables' does.</summary>
public sealed class RateestLiveTests
{
    private const int Burst = 2000, MostTries = 2000;

    /// <summary>Which is which is told by counters: the third rule counts while the rate is high, the fourth once it is none.</summary>
    private const string Rules = """
        -A INPUT -p udp -m udp --dport 7001 -j RATEEST --rateest-name a --rateest-interval 250ms --rateest-ewmalog 500ms
        -A INPUT -p udp -m udp --dport 7001 -j ACCEPT
        -A INPUT -p udp -m udp --dport 7002 -m rateest --rateest a --rateest-gt --rateest-pps 100
        -A INPUT -p udp -m udp --dport 7002 -m rateest --rateest a --rateest-eq --rateest-bps 0

        """;

    [Fact]
    public void A_rate_rises_and_falls()
    {
        using var place = new TestNamespace();
        place.Apply(Rules);
        RisesAndFalls(place, rule => place.Read() is { } loaded ? loaded.OfRule(loaded.Rules.Find("INPUT")!, rule, Family.IPv4).Packets : 0);
    }

    [Fact]
    public void So_does_iptables()
    {
        using var place = new TestNamespace();
        int code = 0;
        place.Run(() => (code, _) = Execute("iptables-legacy-restore", $"*filter\n{Rules}COMMIT\n"));
        Assert.SkipUnless(code == 0, "this kernel has no xt_RATEEST, or there is no iptables-legacy");
        RisesAndFalls(place, rule =>
        {
            string saved = "";
            place.Run(() => (_, saved) = Execute("iptables-legacy-save", "", "-c"));
            string line = saved.Split('\n').Where(line => line.StartsWith('[')).ElementAt(rule - 1);
            return ulong.Parse(line[1..line.IndexOf(':')], CultureInfo.InvariantCulture);
        });
    }

    private static void RisesAndFalls(TestNamespace place, Func<int, ulong> countOf)
    {
        place.Run(() => Send(7002, 1));
        Assert.Equal((0UL, 1UL), (countOf(3), countOf(4)));
        Until(() =>
        {
            place.Run(() => Send(7001, Burst));
            return Until(20, () => IsSeen(place, countOf, 3));
        });
        Until(() => IsSeen(place, countOf, 4));
    }

    private static bool IsSeen(TestNamespace place, Func<int, ulong> countOf, int rule)
    {
        ulong before = countOf(rule);
        place.Run(() => Send(7002, 1));
        return countOf(rule) > before;
    }

    private static void Until(Func<bool> holds) => Assert.True(Until(MostTries, holds));

    private static bool Until(int tries, Func<bool> holds)
    {
        for (int i = 0; i < tries; i++)
        {
            if (holds())
            {
                return true;
            }

            Thread.Sleep(20);
        }

        return false;
    }

    private static void Send(int port, int count)
    {
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, port));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < count; i++)
        {
            sender.SendTo([1, 2, 3], receiver.LocalEndPoint!);
        }
    }

    private static (int Code, string Output) Execute(string command, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XTABLES_LOCKFILE"] = Path.Combine(Path.GetTempPath(), $"xtables-{Environment.ProcessId}.lock");
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
