using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;
using MiniFirewall.Rules.Model;
using MiniFirewall.Sys.Files;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// Maps that are made for the first rules that write them; from then on all generations of the namespace share them. Two are the ring buffers that a
/// service reads, a megabyte of the kernel's memory each: packets that want an answer, and packets for netlink groups. One has what rules
/// want changed of packets, one what the kernel's matches find of them.
/// </summary>
internal sealed class OccasionalMaps : IDisposable
{
    private const int Bytes = 1 << 20;

    private readonly Dictionary<string, BpfMap> _maps = [];
    private readonly HashSet<string> _fresh = [];

    /// <summary>Those that are there, by the names that programs and pins have for them.</summary>
    internal IReadOnlyDictionary<string, BpfMap> ByName => _maps;

    /// <summary>Those that nobody else knows yet.</summary>
    internal IEnumerable<KeyValuePair<string, BpfMap>> Fresh => _maps.Where(map => _fresh.Contains(map.Key));

    /// <summary>Opens those that a namespace has.</summary>
    internal void Open(DirectoryHandle directory)
    {
        foreach (string name in (string[])[PinNames.Rejects, PinNames.Packets, PinNames.Changes, PinNames.Findings])
        {
            if (BpfMap.TryOpen(directory.PathOf(name)) is { } map)
            {
                _maps.Add(name, map);
            }
        }
    }

    /// <summary>Makes those that the rules write and that are not there yet.</summary>
    internal void MakeFor(RuleSet rules)
    {
        if (rules.Answers)
        {
            Make(WellKnownMaps.RejectsSpec(Bytes));
        }

        if (rules.HandsPackets)
        {
            MakePackets();
        }

        if (rules.Changes.Any())
        {
            Make(WellKnownMaps.ChangesSpec);
        }

        if (rules.AsksKernel)
        {
            Make(WellKnownMaps.FindingsSpec);
        }
    }

    internal bool IsFresh(string name) => _fresh.Contains(name);

    /// <summary>Makes the one for netlink groups where it is not there yet.</summary>
    internal BpfMap MakePackets() => Make(WellKnownMaps.PacketsSpec(Bytes));

    public void Dispose()
    {
        foreach (BpfMap map in _maps.Values)
        {
            map.Dispose();
        }
    }

    private BpfMap Make(MapSpec spec)
    {
        if (!_maps.TryGetValue(spec.Name, out BpfMap? map))
        {
            map = BpfMap.Create(spec);
            _maps.Add(spec.Name, map);
            _fresh.Add(spec.Name);
        }

        return map;
    }
}
