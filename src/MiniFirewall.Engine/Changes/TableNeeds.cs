using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Findings;
using MiniFirewall.Engine.Providers;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Changes;

/// <summary>What rules have the kernel's own matches and targets do, each once.</summary>
internal sealed record TableNeeds(ImmutableArray<TableNeed> All)
{
    /// <summary>Every packet of a hook passes a chain for each.</summary>
    private const int MostTargets = 32;

    internal static TableNeeds None { get; } = new([]);

    /// <summary>Packets are handed to targets, so a guard is to stand behind these.</summary>
    internal bool HasTargets => All.Any(need => need is TargetTable);

    /// <summary>What a rule set asks for; nothing where a program says itself that the kernel is too old.</summary>
    /// <exception cref="FirewallException">They are too many.</exception>
    internal static TableNeeds Of(RuleSet rules)
    {
        bool asks = rules.AsksKernel;
        TableNeed[] all = ProviderChoice.KernelHasLinks
            ? [.. DispatcherCompiler.Families.SelectMany(family => TargetsOf(rules, family).Concat(asks ? AskedOf(rules, family) : []))]
            : [];
        if (all.GroupBy(need => (need.Family, need.Map, need.Number)).FirstOrDefault(same => same.Count() > 1) is { } clash)
        {
            throw new FirewallException(FirewallFailure.Refused, $"two different uses of {clash.First().Module} go by one number: change an argument of either");
        }

        return new([.. all]);
    }

    /// <summary>
    /// The module sends an answer where a program drops the packet. One that is handed to a target first is dropped by the guard, maybe on another processor, and the
    /// answer would lie where nobody takes it.
    /// </summary>
    /// <exception cref="FirewallException">The provider cannot answer packets that are handed to targets before.</exception>
    internal static void RequireAnswers(RuleSet rules, HookProvider provider)
    {
        if (provider == HookProvider.Module && rules.Answers && rules.Changes.OfType<HandedToTarget>().FirstOrDefault(target => !target.Decides) is { } target)
        {
            throw new FirewallException(
                FirewallFailure.Unsupported, $"with the module, REJECT cannot stand beside {target.Target}: write DROP, or use BPF links (--provider bpf)");
        }
    }

    private static IEnumerable<TableNeed> TargetsOf(RuleSet rules, Family family)
    {
        HandedToTarget[] targets = [.. rules.ChangesOf(family).OfType<HandedToTarget>().Distinct()];
        return targets.Length <= MostTargets
            ? targets.Select(target => new TargetTable(family, target))
            : throw new FirewallException(
                FirewallFailure.Refused, $"the rules hand {family} packets to {targets.Length} different targets (NFQUEUE, TEE, AUDIT, IDLETIMER, LED, SYNPROXY, nfacct, osf --log); more than {MostTargets} would cost every packet too much");
    }

    /// <summary>What is asked in front of the rules.</summary>
    private static IEnumerable<TableNeed> AskedOf(RuleSet rules, Family family)
    {
        TableNeed[] asked = [.. MatchesOf(rules, family), .. rules.ChangesOf(family).OfType<PacketMarkComputed>().Distinct().Select(mark => new MarkTable(family, mark))];
        return asked.Length <= FindingSlot.MostAsked
            ? asked
            : throw new FirewallException(
                FirewallFailure.Refused,
                $"the rules ask {asked.Length} different matches and targets of the kernel's about {family} packets (socket, osf, helper, ipvs, addrtype, HMARK); a packet has room for the answers of {FindingSlot.MostAsked}");
    }

    private static IEnumerable<TableNeed> MatchesOf(RuleSet rules, Family family) =>
        [.. rules.Chains.SelectMany(chain => chain.Rules).Where(rule => rule.Families.Has(family)).SelectMany(rule => rule.Matches)
            .Where(match => match.AsksKernel(family) is not null)
            .Select(match => new MatchTable(family, match.AsksKernel(family)!, [.. DispatcherCompiler.Hooks.Where(hook => match.RefusalAt(hook) is null)]))
            .Distinct()];
}
