using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Providers;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Changes;

/// <summary>The kernel's targets that rules hand packets to, each once, with the family.</summary>
internal sealed record TargetNeeds(ImmutableArray<(Family Family, HandedToTarget Target)> All)
{
    /// <summary>Every packet of a hook passes a chain for each.</summary>
    private const int MostOfFamily = 32;

    internal static TargetNeeds None { get; } = new([]);

    internal bool IsEmpty => All.IsEmpty;

    /// <summary>What a rule set asks for; nothing where a program says itself that the kernel is too old.</summary>
    /// <exception cref="FirewallException">They are too many.</exception>
    internal static TargetNeeds Of(RuleSet rules) =>
        ProviderChoice.KernelHasLinks ? new([.. DispatcherCompiler.Families.SelectMany(family => OfFamily(rules, family))]) : None;

    private static IEnumerable<(Family Family, HandedToTarget Target)> OfFamily(RuleSet rules, Family family)
    {
        HandedToTarget[] targets = [.. rules.ChangesOf(family).OfType<HandedToTarget>().Distinct()];
        if (targets.Length > MostOfFamily)
        {
            throw new FirewallException(
                FirewallFailure.Refused, $"the rules hand {family} packets to {targets.Length} different targets (NFQUEUE, TEE, AUDIT, IDLETIMER, LED); more than {MostOfFamily} would cost every packet too much");
        }

        if (targets.GroupBy(target => target.Number).FirstOrDefault(same => same.Count() > 1) is { } clash)
        {
            HandedToTarget[] two = [.. clash.Take(2)];
            throw new FirewallException(FirewallFailure.Refused, $"two targets, {two[0].Target} and {two[1].Target}, go by one number: change an argument of either");
        }

        return targets.Select(target => (family, target));
    }
}
