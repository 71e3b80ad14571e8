using System.Collections.Immutable;
using System.Diagnostics;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Top;

/// <summary>The rules' counters and the table of connections at one moment.</summary>
internal sealed class TopSample
{
    private readonly Dictionary<int, Counters> _counters = [];
    private readonly long _time = Stopwatch.GetTimestamp();

    private TopSample(LoadedRuleSet loaded, ConnectionTableStatus? connections)
    {
        Loaded = loaded;
        Connections = connections;
        foreach (Chain chain in loaded.Rules.Chains)
        {
            for (int number = chain.IsBuiltIn ? 0 : 1; number <= chain.Rules.Length; number++)
            {
                foreach (Family family in FamiliesOf(chain, number))
                {
                    _counters[loaded.CounterOf(chain, number, family)] = loaded.OfRule(chain, number, family);
                }
            }
        }
    }

    internal LoadedRuleSet Loaded { get; }

    /// <summary>Null where nothing is tracked.</summary>
    internal ConnectionTableStatus? Connections { get; }

    /// <exception cref="FirewallException">No rules are in force.</exception>
    internal static TopSample Take(FirewallEngine engine)
    {
        LoadedRuleSet loaded = engine.Read() ?? throw new FirewallException(FirewallFailure.Refused, "no rules are loaded in this network namespace, so there is nothing to count");
        using LiveConnections? connections = engine.OpenConnections();
        return new(loaded, connections?.Status());
    }

    /// <summary>What every rule and policy has met in a second since an earlier sample, the most first. A counter that began meanwhile begins at zero.</summary>
    internal ImmutableArray<RuleRate> RatesSince(TopSample before)
    {
        double seconds = Math.Max(Stopwatch.GetElapsedTime(before._time, _time).TotalSeconds, 0.001);
        var rates = new List<RuleRate>();
        foreach (Chain chain in Loaded.Rules.Chains)
        {
            for (int number = chain.IsBuiltIn ? 0 : 1; number <= chain.Rules.Length; number++)
            {
                rates.Add(RateOf(chain, number, before, seconds));
            }
        }

        return [.. rates.OrderByDescending(rate => rate.Packets).ThenByDescending(rate => rate.AllPackets)];
    }

    private RuleRate RateOf(Chain chain, int number, TopSample before, double seconds)
    {
        ulong packets = 0, bytes = 0, all = 0;
        foreach (Family family in FamiliesOf(chain, number))
        {
            int id = Loaded.CounterOf(chain, number, family);
            Counters now = _counters[id], then = before._counters.GetValueOrDefault(id);
            packets += now.Packets >= then.Packets ? now.Packets - then.Packets : now.Packets;
            bytes += now.Bytes >= then.Bytes ? now.Bytes - then.Bytes : now.Bytes;
            all += now.Packets;
        }

        Rule? rule = number == 0 ? null : chain.Rules[number - 1];
        bool drops = rule is null ? chain.PolicyV4.Verdict == Verdict.Drop : rule.Target.Decides == Verdict.Drop;
        return new(chain.Name, number, rule?.ToString() ?? $"policy {(drops ? "DROP" : "ACCEPT")}", drops, packets / seconds, bytes / seconds, all);
    }

    private static IEnumerable<Family> FamiliesOf(Chain chain, int number) =>
        new[] { Family.IPv4, Family.IPv6 }.Where(family => number == 0 || chain.Rules[number - 1].Families.Has(family));
}
