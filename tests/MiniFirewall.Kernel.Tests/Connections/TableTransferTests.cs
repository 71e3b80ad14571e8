using MiniFirewall.Compiler.Connections;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Connections go into a table of another size, in memory.</summary>
public sealed class TableTransferTests
{
    private const uint Rank = 99;

    private const int Small = ConnectionTable.FewestBuckets * 2, Large = Small * 4;

    /// <summary>What lives comes along; what has ended does not; each is where a program looks for it.</summary>
    [Fact]
    public void What_lives_comes_along()
    {
        HandTable from = new(Small), to = new(Large);
        for (int place = 0; place < from.Memory.Places; place++)
        {
            from.Put(place, Entry(place) with { Seconds = place % 3 == 0 ? -1 : 100 }, Tag(place));
        }

        new TableTransfer(from.Memory, to.Memory, HandTable.Now).Copy();
        Assert.Equal(Ports(from), Ports(to));
        Assert.Equal(from.Memory.Places * 2 / 3, Ports(to).Count);
        var copy = new byte[ConnectionEntry.Size];
        for (int place = 0; place < from.Memory.Places; place++)
        {
            uint tag = from.Memory.TryCopy(place, copy);
            int there = to.Memory.Find(tag, copy);
            Assert.Equal(place % 3 == 0, there < 0);
            Assert.True(there < 0 || to.RankAt(there) == Rank);
        }
    }

    /// <summary>What there is no room for is left behind; nothing is pushed out.</summary>
    [Fact]
    public void A_smaller_table_takes_what_it_has_room_for()
    {
        HandTable from = new(Large), to = new(ConnectionTable.FewestBuckets);
        for (int place = 0; place < from.Memory.Places; place++)
        {
            from.Put(place, Entry(place), Tag(place));
        }

        new TableTransfer(from.Memory, to.Memory, HandTable.Now).Copy();
        Assert.InRange(Ports(to).Count, to.Memory.Places * 8 / 10, to.Memory.Places);
    }

    /// <summary>Connections that are assured find room before others.</summary>
    [Fact]
    public void A_smaller_table_takes_assured_ones_first()
    {
        HandTable from = new(Large), to = new(ConnectionTable.FewestBuckets);
        for (int place = 0; place < from.Memory.Places; place++)
        {
            bool isAssured = place % 16 == 15;
            from.Put(place, Entry(place) with { Assured = isAssured }, Tag(place), (isAssured ? 2u : 0) << ConnectionTable.ClassShift);
        }

        new TableTransfer(from.Memory, to.Memory, HandTable.Now).Copy();
        Assert.Equal(from.Memory.Places / 16, All(to).Count(connection => connection.IsAssured));
        Assert.InRange(Ports(to).Count, to.Memory.Places * 8 / 10, to.Memory.Places);
    }

    [Fact]
    public void What_comes_in_between_comes_late()
    {
        HandTable from = new(Small), to = new(Large);
        from.Put(1, Entry(1), Tag(1));
        from.Put(2, Entry(2) with { State = 1 }, Tag(2));
        from.Put(3, Entry(3) with { State = 1 }, Tag(3));
        var transfer = new TableTransfer(from.Memory, to.Memory, HandTable.Now);
        transfer.Copy();
        from.Put(2, Entry(2) with { State = 3, Original = new(2, 80) }, Tag(2));
        from.Put(3, Entry(3) with { State = 3, Original = new(2, 80) }, Tag(3));
        from.Put(4, Entry(4), Tag(4));

        // The new table has seen more of one than the old one.
        var copy = new byte[ConnectionEntry.Size];
        from.Memory.TryCopy(3, copy);
        int there = to.Memory.Find(Tag(3), copy);
        to.Put(there, Entry(3) with { State = 4, Original = new(5, 200) }, Tag(3));
        transfer.CopyLate();
        Assert.Equal(["1 0", "2 3", "3 4", "4 0"], States(to));
    }

    [Fact]
    public void A_table_has_room_for_as_many_as_asked_for()
    {
        ConnectionSetting most = ConnectionSetting.All[0];
        Assert.Equal(ConnectionTable.DefaultBuckets, ConnectionTable.BucketsFor(most.Default));
        Assert.Equal(ConnectionTable.DefaultBuckets * 2, ConnectionTable.BucketsFor(most.Default + 1));
        Assert.Equal(ConnectionTable.MostBuckets, ConnectionTable.BucketsFor(most.Highest));
        Assert.Equal(ConnectionTable.FewestBuckets, ConnectionTable.BucketsFor(most.Lowest));
        Assert.Equal(ConnectionTable.MostBuckets / 2, ConnectionTable.BucketsFor(1_000_000));
    }

    private static uint Tag(int number) => (unchecked((uint)number * 2_654_435_761u) ^ 0x1234_5678) | 2;

    private static HandTable.Entry Entry(int number) => new(IpProtocol.Tcp, "10.0.0.1", (ushort)number, "10.0.0.2", 80);

    private static List<ushort> Ports(HandTable table) => [.. All(table).Select(connection => connection.SourcePort).Order()];

    private static List<string> States(HandTable table) => [.. All(table).Select(connection => $"{connection.SourcePort} {connection.State}").Order()];

    private static List<Connection> All(HandTable table)
    {
        var all = new List<Connection>();
        ConnectionWalk walk = table.Walk();
        while (walk.MoveNext())
        {
            all.Add(walk.Current);
        }

        return all;
    }
}
