using System.Diagnostics;
using MiniFirewall.Kernel.Tests.Differential;
using MiniFirewall.Kernel.Tests.Support;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>The table of connections where there are more of them than it has room for, and where two processors write it.</summary>
public sealed class ConnectionTableTests(ITestOutputHelper output)
{
    /// <summary>Packets of a flood; three times what the table has room for.</summary>
    private static int FloodPackets => Budget.Read("MINIFW_FLOOD_PACKETS", 400_000);

    /// <summary>Half-open ones, that have been answered once, would end before those of the flood do.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Answered_connections_survive_a_flood_of_new_ones_that_are_accepted(bool isOpen)
    {
        const int Answered = 1000;

        // An emulated processor takes more than a minute for the flood.
        using var lab = new TableLab(settings: $"connections max {FloodPackets / 3}\nconnections tcp_timeout_syn_recv 3600");
        var flow = new ConnectionFlow();
        for (int i = 0; i < Answered; i++)
        {
            Assert.True(lab.Send(flow.Syn(i)) && lab.Send(flow.Answer(i)) && (!isOpen || lab.Send(flow.Ack(i))));
        }

        for (int i = 0; i < FloodPackets; i++)
        {
            Assert.True(lab.Send(flow.Syn(Answered + i)));
        }

        TableSnapshot table = lab.Read();
        ulong before = lab.CountOf(1);
        for (int i = 0; i < Answered; i++)
        {
            Assert.True(lab.Send(flow.Ack(i)));
        }

        output.WriteLine($"{FloodPackets} SYNs beside {Answered} connections: {table.Entries} of {table.Capacity} places taken, {table.Assured} of them assured, {lab.Refused} refused");
        Assert.Equal((isOpen ? Answered : 0, (ulong)Answered, 0UL), (table.Assured, lab.CountOf(1) - before, lab.Refused));
        Assert.Equal(table.Entries, table.Tuples);
        Assert.True(table.Entries > table.Capacity * 9 / 10);
    }

    /// <summary>Where every place is taken by a connection that is open, a new one does not pass, as with nf_conntrack's full table.</summary>
    [Fact]
    public void A_table_of_open_connections_takes_no_more()
    {
        using var lab = new TableLab(settings: "connections max 1022");
        var flow = new ConnectionFlow();
        int open = 0;

        // Ports one behind the other may, with one secret number in some hundreds, leave out a bucket of the small levels.
        var random = new Random(7);
        foreach (int i in Enumerable.Range(0, 20_000).Select(_ => random.Next(1 << 30)).Distinct())
        {
            open += lab.Send(flow.Syn(i)) && lab.Send(flow.Answer(i)) && lab.Send(flow.Ack(i)) ? 1 : 0;
        }

        TableSnapshot table = lab.Read();
        Assert.Equal((1022, 1022, open), (table.Capacity, table.Assured, table.Assured));
        ulong refused = lab.Refused;
        Assert.False(lab.Send(flow.Syn(50_000)));
        Assert.Equal((refused + 1, open), (lab.Refused, lab.Read().Assured));
    }

    [Fact]
    public void So_many_connections_are_open_at_once()
    {
        int count = Budget.Read("MINIFW_CONNECTIONS", 100_000);
        using var lab = new TableLab(settings: $"connections max {count * 4L / 3}");
        var flow = new ConnectionFlow();
        for (int i = 0; i < count; i++)
        {
            Assert.True(lab.Send(flow.Syn(i)) && lab.Send(flow.Answer(i)) && lab.Send(flow.Ack(i)));
        }

        TableSnapshot table = lab.Read();
        ulong before = lab.CountOf(1);
        for (int i = 0; i < count; i++)
        {
            Assert.True(lab.Send(flow.Ack(i)));
        }

        output.WriteLine($"{table.Assured} open connections in a table for {table.Capacity}, {lab.Refused} refused");
        Assert.Equal((count, count, (ulong)count, 0UL), (table.Assured, table.Tuples, lab.CountOf(1) - before, lab.Refused));
    }

    /// <summary>Also where its time ends as soon as that of one that is none.</summary>
    [Fact]
    public void Udp_counts_for_more_once_it_is_a_stream()
    {
        const int Flows = 50;
        using var lab = new TableLab(settings: "connections udp_timeout 60\nconnections udp_timeout_stream 60");
        var flow = new ConnectionFlow();
        Exchange();
        TableSnapshot young = lab.Read();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed.TotalSeconds < 2.3; Thread.Sleep(50))
        {
            Exchange();
        }

        TableSnapshot old = lab.Read();
        Assert.Equal((Flows, 0, Flows), (young.Entries, young.Assured, young.Ranked));
        Assert.Equal((Flows, Flows, Flows), (old.Entries, old.Assured, old.Ranked));

        void Exchange()
        {
            for (int i = 0; i < Flows; i++)
            {
                Assert.True(lab.Send(flow.Datagram(i, isAnswer: false)) && lab.Send(flow.Datagram(i, isAnswer: true)));
            }
        }
    }

    [Fact]
    public void A_flood_that_is_dropped_leaves_nothing_behind()
    {
        using var lab = new TableLab("-A OUTPUT -p udp -m conntrack --ctstate NEW -j ACCEPT");
        var flow = new ConnectionFlow();
        ulong before = lab.CountOf(3);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.False(lab.Send(flow.Syn(i)));
        }

        Assert.Equal((0, 10_000UL), (lab.Read().Entries, lab.CountOf(3) - before));
    }

    /// <summary>Each thread opens its own connections and both send the same ones' SYNs; none is lost, and none counts as new twice later.</summary>
    [Fact]
    public void Two_processors_may_begin_connections_at_the_same_time()
    {
        const int Count = 40_000;
        using var lab = new TableLab();
        using LocalSender first = lab.NewSender(), second = lab.NewSender();
        Parallel.ForEach<LocalSender>([first, second], sender =>
        {
            var flow = new ConnectionFlow();
            for (int i = 0; i < Count; i++)
            {
                Assert.Equal(0, sender.Send(flow.Syn(i), 0));
            }
        });

        TableSnapshot table = lab.Read();
        var answers = new ConnectionFlow();
        ulong before = lab.CountOf(1);
        for (int i = 0; i < Count; i++)
        {
            Assert.True(lab.Send(answers.Answer(i)));
        }

        output.WriteLine($"{Count} connections begun by two threads: {table.Entries} entries");
        Assert.Equal(((ulong)Count, Count), (lab.CountOf(1) - before, table.Tuples));
    }
}
