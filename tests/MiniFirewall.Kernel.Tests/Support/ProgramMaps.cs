using System.Buffers.Binary;
using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>The maps of one way's programs, used by one rule set after another.</summary>
internal sealed class ProgramMaps : IDisposable
{
    internal const int Capacity = 512;
    private readonly BpfMap _counters = BpfMap.Create(WellKnownMaps.CountersSpec(Capacity));
    private readonly BpfMap _testInput = BpfMap.Create(WellKnownMaps.TestInputSpec);
    private readonly byte[] _keys = new byte[Capacity * sizeof(int)];
    private readonly byte[] _values;
    private Counters[] _last = new Counters[Capacity];

    internal ProgramMaps()
    {
        _values = new byte[Capacity * _counters.ElementSize];
        ByName = ImmutableDictionary<string, BpfMap>.Empty
            .Add(WellKnownMaps.Counters, _counters)
            .Add(WellKnownMaps.TestInput, _testInput)
            .Add(WellKnownMaps.Control, BpfMap.Create(WellKnownMaps.ControlSpec))
            .Add(WellKnownMaps.Events, BpfMap.Create(WellKnownMaps.EventsSpec(1 << 16)));
    }

    internal ImmutableDictionary<string, BpfMap> ByName { get; }

    /// <summary>Says what a test build is to see of the next packet's surroundings.</summary>
    internal void Describe(Packet packet, bool forceSlowPath) => _testInput.Update(
        [0, 0, 0, 0], TestInputLayout.Encode(packet.InInterface, packet.OutInterface, packet.Mark, forceSlowPath));

    /// <summary>What has been added to each counter since the last call.</summary>
    internal Counters[] TakeAdded()
    {
        Counters[] now = Read();
        var added = new Counters[Capacity];
        for (int i = 0; i < Capacity; i++)
        {
            added[i] = new(now[i].Packets - _last[i].Packets, now[i].Bytes - _last[i].Bytes);
        }

        _last = now;
        return added;
    }

    public void Dispose()
    {
        foreach (BpfMap map in ByName.Values)
        {
            map.Dispose();
        }
    }

    private Counters[] Read()
    {
        _counters.LookupAll(_keys, _values);
        var counters = new Counters[Capacity];
        for (int i = 0; i < Capacity; i++)
        {
            counters[i] = SumOverCpus(_values.AsSpan(i * _counters.ElementSize, _counters.ElementSize));
        }

        return counters;
    }

    private Counters SumOverCpus(ReadOnlySpan<byte> element)
    {
        ulong packets = 0, bytes = 0;
        for (int at = 0; at < element.Length; at += _counters.CpuStride)
        {
            packets += BinaryPrimitives.ReadUInt64LittleEndian(element[at..]);
            bytes += BinaryPrimitives.ReadUInt64LittleEndian(element[(at + 8)..]);
        }

        return new(packets, bytes);
    }
}
