using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Analysis;

/// <summary>The counters of a rule set as the reference evaluator adds to them. Not for use by several threads at once.</summary>
public sealed class CounterTally
{
    private readonly Dictionary<(Family Family, CounterKey Key), Counters> _counters = [];

    /// <summary>The pair's value; zeros where nothing was counted.</summary>
    public Counters this[Family family, CounterKey key] => _counters.GetValueOrDefault((family, key));

    internal void Add(Family family, string chain, int number, int bytes)
    {
        (Family, CounterKey) key = (family, new CounterKey(chain, number));
        Counters old = _counters.GetValueOrDefault(key);
        _counters[key] = new(old.Packets + 1, old.Bytes + (ulong)bytes);
    }
}
