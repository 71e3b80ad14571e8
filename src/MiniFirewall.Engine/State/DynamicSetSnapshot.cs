using MiniFirewall.Compiler.Sets.Dynamic;
using MiniFirewall.Engine.Recent;
using MiniFirewall.Engine.Sets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Engine.State;

/// <summary>A set's elements as they are while it is read, without those whose time is over.</summary>
internal sealed class DynamicSetSnapshot
{
    private readonly Dictionary<SetElement, SetElementState> _states;

    private DynamicSetSnapshot(SetElement[] elements, Dictionary<SetElement, SetElementState> states)
    {
        Elements = elements;
        _states = states;
    }

    internal SetElement[] Elements { get; }

    internal SetElementState StateOf(SetElement element) => _states.GetValueOrDefault(element.WithoutFlag(), SetElementState.None);

    internal static DynamicSetSnapshot Of(DynamicSetMaps maps)
    {
        ulong now = maps.Set.Details.Timeout is null ? 0 : TickClock.Read64();
        DynamicSetRecord[] records = [.. maps.Read().Where(record => !record.IsOver(now)).DistinctBy(record => record.Element.WithoutFlag())];
        return new(
            [.. records.Select(record => record.Element)],
            records.ToDictionary(record => record.Element.WithoutFlag(), record => DynamicSetTimes.StateOf(record, maps.Set, now)));
    }
}
