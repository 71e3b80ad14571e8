namespace MiniFirewall.Engine.Counting;

/// <summary>What one counter counts, by contents: the same in every rule set that has the same rule.</summary>
/// <param name="Place">A hash of the chain, the family, and the rule's canonical text or that it is a policy.</param>
/// <param name="Occurrence">0 for the first rule of this text in this chain and family, 1 for the second, and so on.</param>
internal readonly record struct CounterKey(ulong Place, int Occurrence);
