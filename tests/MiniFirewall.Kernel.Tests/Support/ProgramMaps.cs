using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The maps of one way's programs, used by one rule set after another.</summary>
internal sealed class ProgramMaps : IDisposable
{
    private const int FirstCapacity = 512;
    private readonly BpfMap _testInput = BpfMap.Create(WellKnownMaps.TestInputSpec);
    private BpfMap _counters = BpfMap.Create(WellKnownMaps.CountersSpec(FirstCapacity));
    private Counters[] _last = new Counters[FirstCapacity];

    internal ProgramMaps() => ByName = ImmutableDictionary<string, BpfMap>.Empty
        .Add(WellKnownMaps.Counters, _counters)
        .Add(WellKnownMaps.TestInput, _testInput)
        .Add(WellKnownMaps.Control, BpfMap.Create(WellKnownMaps.ControlSpec))
        .Add(WellKnownMaps.Events, BpfMap.Create(WellKnownMaps.EventsSpec(1 << 16)))
        .Add(WellKnownMaps.Rejects, BpfMap.Create(WellKnownMaps.RejectsSpec(1 << 16)))
        .Add(WellKnownMaps.Answers, BpfMap.Create(WellKnownMaps.AnswersSpec))
        .Add(WellKnownMaps.Packets, BpfMap.Create(WellKnownMaps.PacketsSpec(1 << 16)))
        .Add(WellKnownMaps.Changes, BpfMap.Create(WellKnownMaps.ChangesSpec))
        .Add(WellKnownMaps.Epoch, BpfMap.Create(WellKnownMaps.EpochSpec));

    internal ImmutableDictionary<string, BpfMap> ByName { get; private set; }

    /// <summary>Makes room for that many counters; they start anew where there was too little, for programs that are yet to be loaded.</summary>
    internal void Reserve(int counters)
    {
        if (counters > _last.Length)
        {
            _counters.Dispose();
            _counters = BpfMap.Create(WellKnownMaps.CountersSpec(counters));
            ByName = ByName.SetItem(WellKnownMaps.Counters, _counters);
            _last = new Counters[counters];
        }
    }

    /// <summary>Adds empty maps of connections, for programs that track.</summary>
    internal void AddConnections() => ByName = ByName
        .Add(WellKnownMaps.Connections, BpfMap.Create(WellKnownMaps.ConnectionsSpec(ConnectionTable.DefaultBuckets)))
        .Add(WellKnownMaps.Tracking, BpfMap.Create(WellKnownMaps.TrackingSpec));

    /// <summary>Says what a test build is to see of the next packet's surroundings.</summary>
    internal void Describe(Packet packet, bool forceSlowPath) => _testInput.Update(
        [0, 0, 0, 0], TestInputLayout.Encode(packet, forceSlowPath));

    /// <summary>Forgets what is to be changed of packets: no chains behind the programs read it.</summary>
    internal void ForgetChanges() => ByName[WellKnownMaps.Changes].Update([0, 0, 0, 0], new byte[WellKnownMaps.ChangesSpec.ValueSize]);

    /// <summary>What has been added to one counter since the last call of <see cref="TakeAdded"/>.</summary>
    internal Counters Added(int index) => Difference(new CounterSums(_counters)[index], _last[index]);

    /// <summary>What has been added to each counter since the last call.</summary>
    internal Counters[] TakeAdded()
    {
        Counters[] now = Read(), last = _last;
        _last = now;
        return [.. now.Select((counter, i) => Difference(counter, last[i]))];
    }

    public void Dispose()
    {
        foreach (BpfMap map in ByName.Values)
        {
            map.Dispose();
        }
    }

    private static Counters Difference(Counters now, Counters before) => new(now.Packets - before.Packets, now.Bytes - before.Bytes);

    private Counters[] Read()
    {
        var sums = new CounterSums(_counters);
        return [.. Enumerable.Range(0, _last.Length).Select(index => sums[index])];
    }
}
