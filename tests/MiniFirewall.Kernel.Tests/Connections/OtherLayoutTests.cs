using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>A table that another version made, in a layout of its own: nobody looks into it, the user is told, and the next rules begin with a new one.</summary>
public sealed class OtherLayoutTests
{
    private static readonly RuleTexts s_rules = RuleTexts.Of([Family.IPv4], ["-A FORWARD -m conntrack --ctstate NEW", "-A FORWARD -m conntrack --ctstate ESTABLISHED"]);

    [Theory]
    [InlineData(-64)]
    [InlineData(64)]
    public void It_is_dropped_whole_and_said(int bytes)
    {
        using var engine = new EngineFirewall(["eth0", "eth1"]);
        engine.Load(s_rules);
        var script = new PacketScript(Family.IPv4, 5000);
        Assert.Equal([1], Hits("> udp"));
        Assert.Equal([2], Hits("< udp"));
        Assert.Equal(1, Count());

        string path = engine.PathOf(WellKnownMaps.Connections);
        using (BpfMap other = BpfMap.Create(WellKnownMaps.ConnectionsSpec(ConnectionTable.DefaultBuckets) with { ValueSize = ConnectionTable.Size(ConnectionTable.DefaultBuckets) + bytes }))
        {
            File.Delete(path);
            other.Pin(path);
        }

        Assert.Contains("another version of minifw", Assert.Throws<FirewallException>(() => { Count(); }).Message, StringComparison.Ordinal);
        engine.Load(s_rules);
        Assert.Equal(0, Count());
        Assert.Equal([1], Hits("< udp"));
        Assert.Equal([2], Hits("> udp"));
        Assert.Equal(1, Count());

        int[] Hits(string line) => HitsOf(engine, script.Read(line)!);

        int Count() => CountOf(engine);
    }

    /// <summary>Versions that followed no states of SCTP kept less in the map beside the table: the next rules go on with both.</summary>
    [Fact]
    public void What_a_version_without_states_of_sctp_knew_goes_on()
    {
        using var engine = new EngineFirewall(["eth0", "eth1"]);
        engine.Load(s_rules);
        var script = new PacketScript(Family.IPv4, 5000);
        Assert.Equal([1], HitsOf(engine, script.Read("> udp")!));
        byte[] before;
        using (BpfMap tracking = engine.OpenPinned(WellKnownMaps.Tracking))
        {
            TrackingSettings.Set(tracking, [new(ConnectionSetting.Find("udp_timeout_stream")!, 77)]);
            before = TrackingSettings.Copy(tracking);
        }

        string path = engine.PathOf(WellKnownMaps.Tracking);
        using (BpfMap older = BpfMap.Create(WellKnownMaps.TrackingSpec with { ValueSize = TrackingTable.SizeWithoutSctp }))
        {
            older.Update(new byte[older.KeySize], before.AsSpan(0, TrackingTable.SizeWithoutSctp));
            File.Delete(path);
            older.Pin(path);
        }

        Assert.Equal(1, CountOf(engine));
        Assert.Contains("apply the rules again", Assert.Throws<FirewallException>(() => engine.SetConnections("udp_timeout", 5)).Message, StringComparison.Ordinal);
        engine.Load(s_rules);
        using BpfMap after = engine.OpenPinned(WellKnownMaps.Tracking);
        Assert.Equal(before, TrackingSettings.Copy(after));
        Assert.Equal([2], HitsOf(engine, script.Read("< udp")!));
        engine.SetConnections("udp_timeout", 5);
    }

    private static int[] HitsOf(EngineFirewall engine, Packet packet) => [.. engine.HitsOf(packet).Where(hit => hit.Place.Rule != 0).Select(hit => hit.Place.Rule)];

    private static int CountOf(EngineFirewall engine)
    {
        using LiveConnections connections = engine.OpenConnections();
        int count = 0;
        for (ConnectionWalk walk = connections.Walk(); walk.MoveNext();)
        {
            count++;
        }

        return count;
    }
}
