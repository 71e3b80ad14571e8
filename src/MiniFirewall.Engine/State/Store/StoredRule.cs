using MiniFirewall.Packets;

namespace MiniFirewall.Engine.State.Store;

/// <summary>A rule that is in force, by its place in the store; good for as long as the generation is.</summary>
/// <param name="Chain">Index of its chain.</param>
/// <param name="Position">Its place among the rules of the chunks; the complement (~) of its place among the records.</param>
/// <param name="Label">Its order in its chain.</param>
internal readonly record struct StoredRule(int Chain, int Position, uint Label, FamilySet Families)
{
    internal bool IsRecord => Position < 0;
}
