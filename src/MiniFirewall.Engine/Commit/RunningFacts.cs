using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Classifier.Change;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Commit;

/// <summary>What questions of rules that come later are told of a family's programs in force. Maps are opened once somebody asks.</summary>
internal sealed class RunningFacts(GenerationState generation, Family family, ImageEditor image) : IDisposable
{
    private readonly Lazy<RecentMaps> _recent = new(() => RecentMaps.Open(generation.Directory));
    private readonly Lazy<ImmutableArray<EstimatorEntry>> _estimators = new(() => EstimatorIndex.Read(generation.Directory));
    private readonly Lazy<BpfMap?> _memories = new(() => BpfMap.TryOpen(generation.Directory.PathOf(PinNames.Memories(family))));

    /// <summary>The facts for a statement that is put into the image.</summary>
    internal LateFacts ToPut => Facts(TryPlace, image.TakeCount);

    /// <summary>The same for statements that are only looked at: nothing is taken for them, and lists of counts have room for the highest limit so far.</summary>
    internal LateFacts ToPlan => Facts(_ => 0, slots => (0, CountSlots = Math.Max(CountSlots, slots)));

    /// <summary>Room of the lists of counts: what there is, or what statements that were looked at want.</summary>
    internal int CountSlots { get; private set; } = image.CountSlots;

    /// <summary>Takes the place of memories that are not there.</summary>
    internal BpfMap? NewMemories { get; set; }

    public void Dispose()
    {
        if (_recent.IsValueCreated)
        {
            _recent.Value.Dispose();
        }

        if (_memories.IsValueCreated)
        {
            _memories.Value?.Dispose();
        }
    }

    private LateFacts Facts(Func<byte[], int?> cell, Func<int, (int Number, int Slots)?> count) => new(family, KernelTime.Hertz, KernelTime.MinutesWest(), Buckets())
    {
        Cell = cell,
        Count = count,
        Stamps = list => _recent.Value.MapFor(list) is { } map ? RecentLayout.StampsIn(map.ValueSize) : null,
        Estimator = name => _estimators.Value.FirstOrDefault(entry => entry.Name == name)?.Slot,
        KnowsSets = true,
    };

    /// <summary>Writes what a question remembers at first: no packet asks it before the rule is in force.</summary>
    private int? TryPlace(byte[] memory)
    {
        BpfMap? memories = NewMemories ?? _memories.Value;
        int cell = image.TakeCell();
        if (memories is null || cell >= memories.MaxEntries)
        {
            return null;
        }

        memories.Update(BitConverter.GetBytes(cell), memory);
        return cell;
    }

    private int Buckets()
    {
        using BpfMap? table = TableMap.TryOpen(generation.Directory);
        return table is null ? ConnectionTable.DefaultBuckets : ConnectionTable.BucketsOf(table.ValueSize);
    }
}
