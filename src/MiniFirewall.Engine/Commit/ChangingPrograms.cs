using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.State;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// Specs for rules that are changed one by one: hooks that the changed chain belongs to look into the image, however short
/// their lists, and so do those that already did. The next change then needs no program.
/// </summary>
internal static class ChangingPrograms
{
    /// <param name="running">The generation in force; null where there is none.</param>
    internal static ProgramSource From(ProgramSource source, GenerationState? running, RuleCommand command)
    {
        bool changesRules = command.Kind is RuleCommandKind.Append or RuleCommandKind.Insert or RuleCommandKind.Delete or RuleCommandKind.Replace;
        return From(source, running, changesRules ? command.Chain : null, command.Families);
    }

    /// <param name="running">The generation in force; null where there is none.</param>
    /// <param name="chain">The chain whose rules change; null for none.</param>
    /// <param name="families">Of the rules that change.</param>
    internal static ProgramSource From(ProgramSource source, GenerationState? running, string? chain, FamilySet families)
    {
        ImmutableDictionary<Family, ImmutableHashSet<string>> changing =
            DispatcherCompiler.Families.ToImmutableDictionary(family => family, family => ChangingIn(family, running, families.Has(family) ? chain : null));
        return (rules, family, counters, options) => source(rules, family, counters, options with { Changing = changing[family] });
    }

    private static ImmutableHashSet<string> ChangingIn(Family family, GenerationState? running, string? chain)
    {
        ImmutableHashSet<string> own = chain is null ? [] : [chain];
        using FamilyImage? image = running is null ? null : FamilyImage.TryOpen(running, family, running.Store.Epoch + 1);
        return image is null
            ? own
            : own.Union(running!.Store.Chains.Select(stored => stored.Chain).Where(chain => chain.IsBuiltIn && image.Editor.FindChain(chain.Name) is not null).Select(chain => chain.Name));
    }
}
