using System.Diagnostics;
using System.Text.Json;
using MiniFirewall.Bench.Classify;
using MiniFirewall.Packets;

namespace MiniFirewall.Bench.Connections;

/// <summary>
/// `./bench connections load`: many connections at once, many new ones a second, and a flood of new ones beside open ones, each in a router
/// of its own. Connections that are not known begin with a SYN, or their packets are dropped: what was lost would not pass.
/// </summary>
internal static class ConnectionLoadBench
{
    private const byte Ack = 0x10, Syn = 0x02;
    private const int Many = 1_000_000, Open = 1000, Flood = 400_000, NewEachSecond = 50_000, Seconds = 10;

    private const string Rules = """
        connections {0}
        *filter
        :INPUT ACCEPT
        :FORWARD DROP
        :OUTPUT ACCEPT
        -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
        -A FORWARD -m conntrack --ctstate NEW -j ACCEPT
        COMMIT

        """;

    internal static TextTable Run()
    {
        var table = new TextTable("load", "seconds", "packets a second", "packets", "lost", "connections", "places", "MB", "found no room");
        RunMany(table);
        RunNew(table);
        RunFlood(table);
        return table;
    }

    /// <summary>A million open at once; then a packet of each.</summary>
    private static void RunMany(TextTable table)
    {
        FlowPackets packets = FlowPackets.Random(Family.IPv4, Many, Ack, seed: 1);
        using Frames requests = packets.Requests(), answers = packets.Answers();
        using var router = new BenchRouter("load", Family.IPv4);
        Apply(router, "max 2000000 tcp_loose 1");
        long before = router.Forwarded;
        TimeSpan time = TimeOf(() =>
        {
            router.SendFromClients(requests);
            router.SendFromServers(answers);
            router.SendFromClients(requests);
        });

        // The answers leave by the other device.
        Add(table, "a million connections are opened", router, time, sent: 3L * Many, passed: router.Forwarded - before + Many);
        Apply(router, "max 2000000 tcp_loose 0");
        before = router.Forwarded;
        time = TimeOf(() => router.SendFromClients(requests));
        Add(table, "a packet of each", router, time, Many, router.Forwarded - before);
        Off(router);
    }

    /// <summary>New connections, at their rate: what is sent in a millisecond waits for the next one.</summary>
    private static void RunNew(TextTable table)
    {
        using Frames packets = FlowPackets.Random(Family.IPv4, NewEachSecond * Seconds, null, seed: 2).Requests();
        using var router = new BenchRouter("load", Family.IPv4);
        Apply(router, "tcp_loose 0");
        long before = router.Forwarded, start = Stopwatch.GetTimestamp();
        int sent = 0;
        while (sent < packets.Count)
        {
            int due = (int)Math.Min(packets.Count, Stopwatch.GetElapsedTime(start).TotalSeconds * NewEachSecond);
            router.SendFromClients(packets, sent, due - sent);
            sent = due;
            Thread.Sleep(1);
        }

        Add(table, $"{NewEachSecond} new ones a second", router, Stopwatch.GetElapsedTime(start), sent, router.Forwarded - before);
        Off(router);
    }

    /// <summary>SYNs as fast as one thread sends them, and packets of open connections by another all the while.</summary>
    private static void RunFlood(TextTable table)
    {
        FlowPackets open = FlowPackets.Random(Family.IPv4, Open, Ack, seed: 3);
        using Frames requests = open.Requests(), answers = open.Answers(), flood = FlowPackets.Random(Family.IPv4, Flood, Syn, seed: 4).Requests();
        using var router = new BenchRouter("load", Family.IPv4);
        Apply(router, "tcp_loose 1");
        router.SendFromClients(requests);
        router.SendFromServers(answers);
        router.SendFromClients(requests);
        Apply(router, "tcp_loose 0");

        long before = router.Forwarded, floodSent = 0, openSent = 0;
        long start = Stopwatch.GetTimestamp();
        var flooding = new Thread(() =>
        {
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < Seconds)
            {
                router.SendFromClients(flood);
                floodSent += flood.Count;
            }
        });
        flooding.Start();
        while (flooding.IsAlive)
        {
            router.SendFromClients(requests);
            openSent += requests.Count;
            Thread.Sleep(1);
        }

        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Add(table, $"a flood of SYNs beside {Open} open ones", router, time, floodSent + openSent, router.Forwarded - before);
        before = router.Forwarded;
        router.SendFromClients(requests);
        Add(table, "a packet of each open one then", router, time: null, Open, router.Forwarded - before);
        Off(router);
    }

    private static void Add(TextTable table, string load, BenchRouter router, TimeSpan? time, long sent, long passed)
    {
        using JsonDocument counted = JsonDocument.Parse(Tool.Read("ip", "netns", "exec", router.Name, Tool.Minifw, "connections", "count", "--json"));
        JsonElement counts = counted.RootElement, used = counts.GetProperty("table");
        table.Add(
            load, time is { } known ? $"{known.TotalSeconds:F1}" : "", time is { } taken ? $"{sent / taken.TotalSeconds:F0}" : "", $"{sent}", $"{sent - passed}",
            $"{counts.GetProperty("connections")}", $"{used.GetProperty("max")}", $"{used.GetProperty("bytes").GetInt64() / 1e6:F0}", $"{used.GetProperty("refused")}");
    }

    private static TimeSpan TimeOf(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start);
    }

    private static void Apply(BenchRouter router, string settings) => Tool.RunWithInput(
        Rules.Replace("{0}", settings, StringComparison.Ordinal), "ip", "netns", "exec", router.Name, Tool.Minifw, "apply", "-");

    private static void Off(BenchRouter router) => Tool.Run("ip", "netns", "exec", router.Name, Tool.Minifw, "off");
}
