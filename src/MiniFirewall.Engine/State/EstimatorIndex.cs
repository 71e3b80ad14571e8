using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>A rate estimator of a generation.</summary>
/// <param name="Name">Empty for one that only a generation knows which a trial goes back to.</param>
/// <param name="Slot">Its place in the map of estimators.</param>
internal sealed record EstimatorEntry(string Name, int Slot, EstimatorSettings Settings);

/// <summary>
/// Which places of the map of estimators, which generations share, are a generation's: one value, a record of 32 bytes each. u32 its place; u8
/// doublings of its interval and of its average; at 8 its name, ended by a zero byte. Little-endian.
/// </summary>
internal static class EstimatorIndex
{
    private const int RecordSize = 32, Interval = 4, Average = 5, Name = 8;
    private const string MapName = "estimatornames";

    internal static BpfMap Make(IReadOnlyList<EstimatorEntry> entries)
    {
        var value = new byte[RecordSize * entries.Count];
        for (int i = 0; i < entries.Count; i++)
        {
            Span<byte> record = value.AsSpan(RecordSize * i, RecordSize);
            BinaryPrimitives.WriteInt32LittleEndian(record, entries[i].Slot);
            record[Interval] = (byte)entries[i].Settings.IntervalLog;
            record[Average] = (byte)entries[i].Settings.AverageLog;
            Encoding.UTF8.GetBytes(entries[i].Name, record[Name..^1]);
        }

        BpfMap map = BpfMap.Create(new MapSpec(MapName, MapType.Array, 4, value.Length, 1));
        try
        {
            map.Update(new byte[map.KeySize], value);
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <param name="generation">Null where there is none.</param>
    internal static ImmutableArray<EstimatorEntry> Read(DirectoryHandle? generation)
    {
        using BpfMap? map = generation is null ? null : BpfMap.TryOpen(generation.PathOf(PinNames.EstimatorNames));
        if (map is null)
        {
            return [];
        }

        var value = new byte[map.ValueSize];
        map.TryLookup(new byte[map.KeySize], value);
        return [.. value.Chunk(RecordSize).Select(Read)];
    }

    /// <summary>The first place that is nobody's, which is taken from then on; null where there is none.</summary>
    internal static int? TryTake(HashSet<int> taken)
    {
        int slot = Enumerable.Range(0, EstimatorLayout.Slots).FirstOrDefault(slot => !taken.Contains(slot), -1);
        return slot >= 0 && taken.Add(slot) ? slot : null;
    }

    private static EstimatorEntry Read(byte[] record) => new(
        Encoding.UTF8.GetString(record.AsSpan(Name)).TrimEnd('\0'), BinaryPrimitives.ReadInt32LittleEndian(record), new(record[Interval], record[Average]));
}
