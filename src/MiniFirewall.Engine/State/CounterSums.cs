using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State;

/// <summary>What the slots of a counter map have counted, over all CPUs.</summary>
/// <param name="map">Of <see cref="WellKnownMaps.CountersSpec"/>, or of a generation that has another number of counters an element.</param>
internal sealed class CounterSums(BpfMap map)
{
    private readonly PerCpuSums _sums = new(map);
    private readonly int _perElement = PerElement(map);

    internal Counters this[int slot]
    {
        get
        {
            int element = slot / _perElement, word = slot % _perElement * WordsPerCounter;
            return new(_sums[element, word], _sums[element, word + 1]);
        }
    }

    private const int WordsPerCounter = WellKnownMaps.CounterSize / sizeof(ulong);

    /// <summary>How many counters an element of a counter map holds.</summary>
    internal static int PerElement(BpfMap map) => map.ValueSize / WellKnownMaps.CounterSize;
}
