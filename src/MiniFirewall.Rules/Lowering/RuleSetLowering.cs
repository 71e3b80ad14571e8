using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Lowering;

/// <summary>Gives every rule and policy the index of its (packets, bytes) pair; a rule of both families has one in each.</summary>
public interface ICounterIndexes
{
    int OfRule(Chain chain, Rule rule, Family family);

    int OfPolicy(Chain chain, Family family);
}

/// <summary>Turns a checked rule set into packet programs, one a hook and family.</summary>
public static class RuleSetLowering
{
    /// <summary>
    /// The program of one hook and family: the chains that can be reached from the hook's built-in chain, each once,
    /// with the rules that hold for the family.
    /// </summary>
    public static PacketProgram Lower(RuleSet rules, Hook hook, Family family, ICounterIndexes counters) =>
        throw new NotSupportedException($"{rules.Chains.Length} {hook} {family} {counters}");
}
