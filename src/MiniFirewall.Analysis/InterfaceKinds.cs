using System.Collections.Immutable;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Analysis;

/// <summary>Interfaces that no rule tells apart are one kind.</summary>
public static class InterfaceKinds
{
    /// <summary>One name of each kind among those given; an empty one where none is.</summary>
    public static ImmutableArray<string> Of(RuleSet rules, IEnumerable<string> names)
    {
        InterfaceSpec[] specs =
        [
            .. rules.Chains.SelectMany(chain => chain.Rules).SelectMany(rule => new[] { rule.InInterface, rule.OutInterface }).OfType<InterfaceSpec>().Distinct(),
        ];
        ImmutableArray<string> kinds = [.. names.DistinctBy(name => string.Concat(specs.Select(spec => Fits(spec, name) ? '1' : '0')))];
        return kinds.IsEmpty ? [""] : kinds;
    }

    private static bool Fits(InterfaceSpec spec, string name) => spec.IsPrefix ? name.StartsWith(spec.Name, StringComparison.Ordinal) : name == spec.Name;
}
