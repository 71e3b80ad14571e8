using System.Net;
using System.Net.Sockets;
using System.Text;
using MiniFirewall.Kernel.Tests.Engine;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Large;

/// <summary>
/// Two large sets committed in turn while packets come as fast as they can be sent. Both drop one flow on the way out and one on
/// the way in and let a third pass, each set by rules in other places, and each counts the first flow twice, in chains of its own.
/// </summary>
public sealed class ReloadTests(ITestOutputHelper output) : IDisposable
{
    private const ushort DroppedOut = 2001, DroppedIn = 1001, Passing = 3001;
    private readonly TestNamespace _namespace = new();
    private readonly List<IDisposable> _sockets = [];

    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _namespace.Dispose();
    }

    [Fact]
    public async Task Every_packet_is_judged_by_one_of_the_sets_and_by_one_alone()
    {
        RuleSet[] sets = [RuleReading.Read(Text("A", dropsFirst: false)), RuleReading.Read(Text("B", dropsFirst: true))];
        Apply(sets[0]);
        Socket leaks = _namespace.Run(() => Listen(DroppedIn));
        Flood[] floods = [.. new[] { DroppedOut, DroppedIn, Passing }.Select(port => _namespace.Run(() => new Flood(port)))];
        _sockets.AddRange([leaks, .. floods]);
        using var stop = new CancellationTokenSource();
        Task sender = Task.Factory.StartNew(
            () => Flood.Run(floods, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (int i = 1; i <= LargeBudget.Reloads; i++)
        {
            Apply(sets[i % 2]);
        }

        await stop.CancelAsync();
        await sender;
        bool leaked = leaks.Poll(TimeSpan.Zero, SelectMode.SelectRead);
        (Flood outgoing, Flood incoming, Flood passing) = (floods[0], floods[1], floods[2]);
        Counters a = Count("inA"), b = Count("inB");
        output.WriteLine(
            $"{LargeBudget.Reloads} commits of {LargeBudget.ReloadRules} rules in turn; {outgoing.Dropped} packets dropped on the way out, {outgoing.Passed} passed "
            + $"({a.Packets} judged by A, {b.Packets} by B); {incoming.Passed} sent to be dropped on the way in, {(leaked ? "some" : "none")} arrived; "
            + $"{passing.Passed} passed, {passing.Dropped} dropped");
        Assert.Equal((0UL, 0UL, 0UL), (outgoing.Passed, passing.Dropped, incoming.Dropped));
        Assert.False(leaked);
        Assert.Equal((a, b), (Count("outA"), Count("outB")));
        Assert.Equal(new Counters(outgoing.Dropped, outgoing.DroppedBytes), new Counters(a.Packets + b.Packets, a.Bytes + b.Bytes));
        Assert.True(a.Packets > 0 && b.Packets > 0 && incoming.Passed > 0 && passing.Passed > 0);
    }

    /// <summary>A set whose chains inX and outX count the flow before and behind half of the other rules.</summary>
    private static string Text(string name, bool dropsFirst)
    {
        var random = new Random(name[0]);
        var text = new StringBuilder("*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n");
        foreach (string chain in new[] { "inA", "outA", "inB", "outB" })
        {
            text.Append($":{chain} -\n-A {chain} -p udp --dport {DroppedOut}\n");
        }

        text.Append($"-A OUTPUT -p udp --dport {DroppedOut} -j in{name}\n");
        AddOthers(text, random, dropsFirst ? 10 : LargeBudget.ReloadRules);
        text.Append($"-A OUTPUT -p udp --dport {DroppedOut} -j out{name}\n-A OUTPUT -p udp --dport {DroppedOut} -j DROP\n");
        text.Append($"-A OUTPUT -p udp --dport {Passing} -j ACCEPT\n-A INPUT -p udp --dport {DroppedIn} -j DROP\n");
        AddOthers(text, random, dropsFirst ? LargeBudget.ReloadRules - 10 : 0);
        return text.Append("COMMIT\n").ToString();
    }

    private static void AddOthers(StringBuilder text, Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            string chain = i % 4 == 0 ? "INPUT" : "OUTPUT", target = i % 2 == 0 ? "DROP" : "ACCEPT";
            text.Append($"-A {chain} -s 10.{random.Next(256)}.{random.Next(256)}.{random.Next(256)} -p udp --dport {random.Next(65536)} -j {target}\n");
        }
    }

    private static Socket Listen(ushort port)
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        return socket;
    }

    private void Apply(RuleSet rules) => _namespace.Run(() => _namespace.Open().Apply(rules));

    private Counters Count(string chain)
    {
        var loaded = _namespace.Read()!;
        Counters v4 = loaded.OfRule(loaded.Rules.Find(chain)!, 1, Family.IPv4), v6 = loaded.OfRule(loaded.Rules.Find(chain)!, 1, Family.IPv6);
        return new(v4.Packets + v6.Packets, v4.Bytes + v6.Bytes);
    }
}
