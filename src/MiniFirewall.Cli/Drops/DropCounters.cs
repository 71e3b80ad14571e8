using System.Collections.Immutable;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Drops;

/// <summary>What a rule or a policy has dropped, as its counters say.</summary>
/// <param name="Number">From 1; 0 for the policy.</param>
internal sealed record DropCounter(string Chain, int Number, string Text, Counters Counters)
{
    /// <summary>Those that have dropped something, the most first.</summary>
    internal static ImmutableArray<DropCounter> Of(LoadedRuleSet loaded)
    {
        var found = new List<DropCounter>();
        foreach (Chain chain in loaded.Rules.Chains)
        {
            for (int number = 1; number <= chain.Rules.Length; number++)
            {
                if (chain.Rules[number - 1].Target.Decides == Verdict.Drop)
                {
                    found.Add(new(chain.Name, number, chain.Rules[number - 1].ToString(), Sum(loaded, chain, number, Verdict.Drop)));
                }
            }

            if (chain.IsBuiltIn)
            {
                found.Add(new(chain.Name, 0, "policy DROP", Sum(loaded, chain, 0, Verdict.Drop)));
            }
        }

        return [.. found.Where(counter => counter.Counters.Packets > 0).OrderByDescending(counter => counter.Counters.Packets)];
    }

    /// <summary>Of both families; of a policy, of those that drop.</summary>
    private static Counters Sum(LoadedRuleSet loaded, Chain chain, int number, Verdict verdict)
    {
        ulong packets = 0, bytes = 0;
        foreach (Family family in new[] { Family.IPv4, Family.IPv6 }.Where(family => number > 0 || chain.PolicyOf(family).Verdict == verdict))
        {
            Counters counted = loaded.OfRule(chain, number, family);
            (packets, bytes) = (packets + counted.Packets, bytes + counted.Bytes);
        }

        return new(packets, bytes);
    }
}
