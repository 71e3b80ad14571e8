using MiniFirewall.Packets;

namespace MiniFirewall.Cli.Demo;

/// <summary>One counter: a rule of a chain by its number from 1, or the chain's policy (0), for one family.</summary>
internal readonly record struct CounterKey(string Chain, int Rule, Family Family);

/// <summary>Packets of every counter at one moment.</summary>
internal sealed record CounterSnapshot(IReadOnlyDictionary<CounterKey, ulong> Packets)
{
    /// <summary>Rules of the chain and family that counted between the two moments; the policy where no rule did.</summary>
    internal IReadOnlyList<CounterKey> RisenSince(CounterSnapshot before, string chain, Family family)
    {
        CounterKey[] risen = [.. Packets.Keys.Where(k => k.Chain == chain && k.Family == family && Packets[k] > before.Packets[k])];
        CounterKey[] rules = [.. risen.Where(k => k.Rule > 0).OrderBy(k => k.Rule)];
        return rules.Length > 0 ? rules : risen;
    }

    internal bool SameAs(CounterSnapshot other) => Packets.All(p => other.Packets.TryGetValue(p.Key, out ulong value) && value == p.Value);
}
