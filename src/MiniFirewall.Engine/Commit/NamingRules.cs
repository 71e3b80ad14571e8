using System.Collections.Immutable;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Sets;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// The rules of a store that name what is beside them: a list of recent addresses, a table of rates or a rate estimator, which is made with the first rule that names
/// it and goes with the last, or chains that change packets, hand them on, or ask the kernel about them. They are known by their texts; one that only says so,
/// as in a comment, costs no more than time.
/// </summary>
internal static class NamingRules
{
    /// <summary>Those of a store at an epoch, and no others; null where they cannot be read by themselves.</summary>
    internal static RuleSet? Read(RuleStore store, ImmutableArray<NamedSet> sets, uint epoch)
    {
        var found = new List<StoredRule>();
        for (int chain = 0; chain < store.Chains.Length; chain++)
        {
            found.AddRange(store.RulesOf(chain, epoch).Where(rule => Names(store.TextOf(rule))));
        }

        return Read(store, sets, found);
    }

    /// <summary>These rules; null where they cannot be read without others.</summary>
    internal static RuleSet? Read(RuleStore store, ImmutableArray<NamedSet> sets, IReadOnlyList<StoredRule> stored)
    {
        if (stored.Count == 0)
        {
            return RuleSet.Empty;
        }

        if (StoredChainRules.Read(store, stored, sets) is not { } rules)
        {
            return null;
        }

        ILookup<int, Rule> byChain = stored.Zip(rules).ToLookup(pair => pair.First.Chain, pair => pair.Second);
        return new([.. store.Chains.Select((chain, i) => chain.Chain with { Rules = [.. byChain[i]] })]) { Sets = sets };
    }

    internal static bool Names(ReadOnlySpan<byte> text) => text.IndexOf("-m recent"u8) >= 0 || text.IndexOf("-m hashlimit"u8) >= 0
        || text.IndexOf("-m rateest"u8) >= 0 || text.IndexOf("-j RATEEST"u8) >= 0 || ChangesPackets(text) || AsksKernel(text);

    private static bool AsksKernel(ReadOnlySpan<byte> text) =>
        text.IndexOf("-m socket"u8) >= 0 || text.IndexOf("-m helper"u8) >= 0 || text.IndexOf("-m osf"u8) >= 0 || text.IndexOf("-m ipvs"u8) >= 0
        || (text.IndexOf("-m addrtype"u8) >= 0 && (text.IndexOf("ANYCAST"u8) >= 0 || text.IndexOf("UNREACHABLE"u8) >= 0 || text.IndexOf("--limit-iface"u8) >= 0));

    private static bool ChangesPackets(ReadOnlySpan<byte> text) => text.IndexOf("-j MARK"u8) >= 0 || text.IndexOf("-j HMARK"u8) >= 0 || text.IndexOf("-j CONNMARK --restore-mark"u8) >= 0
        || text.IndexOf("-j CLASSIFY"u8) >= 0 || text.IndexOf("-j TCPMSS"u8) >= 0 || text.IndexOf("-j NFQUEUE"u8) >= 0 || text.IndexOf("-j QUEUE"u8) >= 0
        || text.IndexOf("-j TEE"u8) >= 0 || text.IndexOf("-j AUDIT"u8) >= 0 || text.IndexOf("-j IDLETIMER"u8) >= 0 || text.IndexOf("-j LED"u8) >= 0
        || text.IndexOf("-j SYNPROXY"u8) >= 0 || text.IndexOf("-m nfacct"u8) >= 0;
}
