using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Tests.Rules;

/// <summary>One counter for all, where a test does not ask who counts.</summary>
internal sealed class CounterOne : ICounterIndexes
{
    internal static CounterOne Instance { get; } = new();

    public int OfRule(Chain chain, Rule rule, Family family) => 1;

    public int OfPolicy(Chain chain, Family family) => 1;
}
