using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// What a generation knows of connections. Generations share the table for as long as each asks for connection state and none asks for
/// another size; where one does not ask, it goes, for what is not kept up to date is worth nothing. What is set stays.
/// </summary>
internal sealed class ConnectionMaps : IDisposable
{
    private ConnectionMaps(BpfMap? table, BpfMap tracking, BpfMap? before)
    {
        Table = table;
        Tracking = tracking;
        Before = before;
    }

    /// <summary>The connections (<see cref="ConnectionTable"/>); null where no rule asks for their state.</summary>
    internal BpfMap? Table { get; }

    internal BpfMap Tracking { get; }

    /// <summary>The table of the generation in force, whose connections go into this one of another size; null where there is none.</summary>
    internal BpfMap? Before { get; }

    internal int Buckets => Table is null ? ConnectionTable.DefaultBuckets : ConnectionTable.BucketsOf(Table.ValueSize);

    /// <summary>The maps by the names of their pins, which are those that programs use.</summary>
    internal IEnumerable<(string Name, BpfMap Map)> Pins =>
        Table is null ? [(WellKnownMaps.Tracking, Tracking)] : [(WellKnownMaps.Connections, Table), (WellKnownMaps.Tracking, Tracking)];

    /// <summary>Those of the generation in force, or new ones where it has none or what the rules set is another; null where nothing is known or set.</summary>
    /// <param name="isApart">The generation in force may come back: it shares its table, whatever the rules ask for.</param>
    internal static ConnectionMaps? After(GenerationState? running, RuleSet rules, bool isApart = false)
    {
        BpfMap? before = running is null ? null : TrackingSettings.TryOpen(running.Directory);
        if (before is null && !rules.AsksConnection && rules.ConnectionSettings.IsEmpty)
        {
            return null;
        }

        BpfMap tracking = Settled(before, rules);
        try
        {
            return rules.AsksConnection || (isApart && running?.Directory.Contains(WellKnownMaps.Connections) == true) ? WithTable(tracking, running, isApart) : new(null, tracking, null);
        }
        catch
        {
            tracking.Dispose();
            throw;
        }
    }

    /// <summary>Those of a generation whose rules begin to ask for connection state: the ones that it has, and new ones.</summary>
    internal static ConnectionMaps Begin(GenerationState generation)
    {
        BpfMap tracking = Settled(TrackingSettings.TryOpen(generation.Directory), RuleSet.Empty);
        try
        {
            return WithTable(tracking, generation, isApart: true);
        }
        catch
        {
            tracking.Dispose();
            throw;
        }
    }

    /// <summary>Whether a generation's table is there where its rules ask for one, and has the size that is set.</summary>
    internal static bool IsAsWanted(GenerationState generation)
    {
        if (TableMap.IsOfOtherVersion(generation.Directory) || TrackingSettings.IsOfOtherVersion(generation.Directory))
        {
            return false;
        }

        using BpfMap? table = TableMap.TryOpen(generation.Directory);
        if (table is null)
        {
            return true;
        }

        using BpfMap? tracking = TrackingSettings.TryOpen(generation.Directory);
        return generation.Read().Rules.AsksConnection && tracking is not null && ConnectionTable.BucketsOf(table.ValueSize) == WantedBuckets(tracking);
    }

    public void Dispose()
    {
        Table?.Dispose();
        Tracking.Dispose();
        Before?.Dispose();
    }

    /// <summary>The map itself where it says what the rules want; else a new one, so that nothing changes before they are in force.</summary>
    private static BpfMap Settled(BpfMap? before, RuleSet rules)
    {
        BpfMap? made = null;
        try
        {
            byte[] value = before is null
                ? TrackingTable.Encode(KernelTime.Hertz, RandomBytes.Of(TrackingTable.SeedBytes))
                : TrackingSettings.Copy(before);
            byte[] settled = TrackingSettings.Settled(value, rules.ConnectionSettings);
            if (before is not null && settled.AsSpan().SequenceEqual(value))
            {
                return before;
            }

            made = BpfMap.Create(WellKnownMaps.TrackingSpec);
            made.Update(new byte[made.KeySize], settled);
            before?.Dispose();
            return made;
        }
        catch
        {
            made?.Dispose();
            before?.Dispose();
            throw;
        }
    }

    private static int WantedBuckets(BpfMap tracking) =>
        ConnectionTable.BucketsFor(TrackingTable.Read(TrackingSettings.Copy(tracking), ConnectionSetting.All[0], KernelTime.Hertz));

    private static ConnectionMaps WithTable(BpfMap tracking, GenerationState? running, bool isApart)
    {
        int buckets = WantedBuckets(tracking);
        BpfMap? before = running is null ? null : TableMap.TryOpen(running.Directory);
        if (before is not null && (isApart || ConnectionTable.BucketsOf(before.ValueSize) == buckets))
        {
            return new(before, tracking, null);
        }

        try
        {
            return new(BpfMap.Create(WellKnownMaps.ConnectionsSpec(buckets)), tracking, before);
        }
        catch
        {
            before?.Dispose();
            throw;
        }
    }
}
