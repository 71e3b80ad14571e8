using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Changes;

/// <summary>What rules have done by chains of nftables around the programs (docs/changes.md).</summary>
internal sealed record ChainNeeds(ChangeNeeds Changes, TableNeeds Tables)
{
    internal static ChainNeeds None { get; } = new(ChangeNeeds.None, TableNeeds.None);

    /// <exception cref="FirewallException">They are more than there can be.</exception>
    internal static ChainNeeds Of(RuleSet rules) => new(ChangeNeeds.Of(rules), TableNeeds.Of(rules));

    /// <summary>Whether the chains of the calling thread's network namespace are there and say that they can do it. CAP_NET_ADMIN.</summary>
    internal bool AreMet() => (Changes.IsEmpty || ChangeChains.IsComplete(Changes)) && NeededTables.AreComplete(Tables);
}
