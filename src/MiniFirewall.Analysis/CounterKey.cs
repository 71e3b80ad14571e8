namespace MiniFirewall.Analysis;

/// <summary>Names the (packets, bytes) pair of a rule or a policy within one family.</summary>
/// <param name="Number">The rule's number, from 1, among the chain's rules of that family; <see cref="Policy"/> for the policy.</param>
public readonly record struct CounterKey(string Chain, int Number)
{
    public const int Policy = 0;

    public override string ToString() => Number == Policy ? $"{Chain} policy" : $"{Chain} rule {Number}";
}
