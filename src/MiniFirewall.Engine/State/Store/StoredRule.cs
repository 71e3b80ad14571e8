using MiniFirewall.Packets;

namespace MiniFirewall.Engine.State.Store;

/// <summary>A rule that is in force, by its place in the store; good for as long as the generation is.</summary>
/// <param name="Chain">Index of its chain; below zero what a record says of a chain itself, as <see cref="RuleRecord.Chain"/>.</param>
/// <param name="Position">Its place among the rules of the chunks; the complement (~) of its place among the records.</param>
/// <param name="Label">Its order in its chain.</param>
internal readonly record struct StoredRule(int Chain, int Position, uint Label, FamilySet Families)
{
    internal bool IsRecord => Position < 0;

    /// <summary>It is no rule: its record says something of a chain.</summary>
    internal bool IsOfChainItself => Chain < 0;
}
