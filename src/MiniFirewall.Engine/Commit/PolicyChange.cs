using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Language;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// -P of the generation in force: programs read beside their policy whether it is the other one now, so that one write of eight
/// bytes changes it, for packets and for whoever reads the rules. The caller holds the namespace's lock.
/// </summary>
internal static class PolicyChange
{
    internal const string WritePolicy = "write policy";

    /// <summary>False where the command is another one, or has to be applied with the whole rule set.</summary>
    /// <param name="afterStep">Called with its name after each step.</param>
    internal static bool TryMake(GenerationState generation, RuleCommand command, Action<string> afterStep)
    {
        if (command is not { Kind: RuleCommandKind.Policy, Policy: { } policy, Counters: null, Families: FamilySet.IPv4 or FamilySet.IPv6 }
            || generation.Store.FindChain(command.Chain!) is not { } chain || !generation.Store.Chains[chain].Chain.IsBuiltIn)
        {
            return false;
        }

        Family family = command.Families == FamilySet.IPv4 ? Family.IPv4 : Family.IPv6;
        if (generation.Store.PolicyOf(chain, family) != policy)
        {
            generation.Store.ChangePolicy(chain, family);
        }

        afterStep(WritePolicy);

        // The counters of a policy that is set begin anew, whatever it was before.
        generation.ResetCounters([generation.Store.Chains[chain].Policies], family);
        return true;
    }
}
