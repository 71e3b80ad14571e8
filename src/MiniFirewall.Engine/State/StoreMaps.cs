using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.State;

/// <summary>The two maps of a rule store, mapped into memory.</summary>
internal sealed class StoreMaps : IDisposable
{
    private const uint Mappable = 1 << 10; // BPF_F_MMAPABLE

    private readonly MappedMemory _rulesMemory;
    private readonly MappedMemory _epochMemory;

    private StoreMaps(BpfMap rules, BpfMap epoch)
    {
        Rules = rules;
        Epoch = epoch;
        _rulesMemory = rules.MapValues();
        _epochMemory = epoch.MapValues();
    }

    internal BpfMap Rules { get; }

    /// <summary>The map that programs read the epoch from: its one value begins with it, 8 bytes.</summary>
    internal BpfMap Epoch { get; }

    /// <summary>A map of epochs that nobody else knows, at the first one.</summary>
    internal static BpfMap MakeEpoch()
    {
        var epoch = BpfMap.Create(WellKnownMaps.EpochSpec);
        try
        {
            using MappedMemory memory = epoch.MapValues();
            _ = new EpochWord(memory.Memory) { Value = EpochWord.First };
            return epoch;
        }
        catch
        {
            epoch.Dispose();
            throw;
        }
    }

    /// <summary>Makes maps that nobody else knows.</summary>
    /// <param name="value">What <see cref="RuleStoreImage"/> has made.</param>
    /// <param name="epoch">Of <see cref="MakeEpoch"/>; from now on belongs to these maps, unless this throws.</param>
    internal static StoreMaps Make(ReadOnlySpan<byte> value, BpfMap epoch)
    {
        var rules = BpfMap.Create(new MapSpec(PinNames.Rules, MapType.Array, 4, value.Length, 1) { Flags = Mappable });
        try
        {
            var maps = new StoreMaps(rules, epoch);
            value.CopyTo(maps._rulesMemory.GetSpan());
            return maps;
        }
        catch
        {
            rules.Dispose();
            throw;
        }
    }

    /// <summary>Opens a generation's maps; null where they are not there.</summary>
    internal static StoreMaps? TryOpen(DirectoryHandle directory)
    {
        BpfMap? rules = BpfMap.TryOpen(directory.PathOf(PinNames.Rules));
        BpfMap? epoch = BpfMap.TryOpen(directory.PathOf(PinNames.Epoch));
        if (rules is not null && epoch is not null)
        {
            return new(rules, epoch);
        }

        rules?.Dispose();
        epoch?.Dispose();
        return null;
    }

    internal RuleStore OpenStore() => RuleStore.Open(_rulesMemory.Memory, _epochMemory.Memory);

    public void Dispose()
    {
        ((IDisposable)_rulesMemory).Dispose();
        ((IDisposable)_epochMemory).Dispose();
        Rules.Dispose();
        Epoch.Dispose();
    }
}
