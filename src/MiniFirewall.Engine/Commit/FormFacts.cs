using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using MiniFirewall.Asm;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.Commit;

/// <summary>
/// What a compiled form depends on beside the text of its rules, in one line: this very build of minifw, what the kernel can do, and
/// what of the system the rules were read with. Where any of it is another, the rules are compiled anew.
/// </summary>
internal static class FormFacts
{
    private static readonly ImmutableArray<Assembly> Makers =
        [typeof(ProgramSpec).Assembly, typeof(CompiledPrograms).Assembly, typeof(Packet).Assembly, typeof(Block).Assembly, typeof(RuleSet).Assembly, typeof(FormFacts).Assembly];

    /// <summary>The build: module version ids, which a compiler makes of all that went into a module.</summary>
    internal static string Build { get; } = string.Join(' ', Makers.Select(maker => maker.ManifestModule.ModuleVersionId.ToString("N")));

    internal static string Of(CompileOptions options, RuleSet rules) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Build} {options.Prologue} {options.Context} {options.Structure} {options.Loops} {options.Hertz} {options.MinutesWest} {options.KernelTracking} {options.ConnectionBuckets} {options.AlwaysTracks} {options.HasSpare} {ListsOf(options.RecentLists)} {ListsOf(options.Estimators)} {SystemOf(rules)}");

    private static string ListsOf(ImmutableDictionary<string, int> lists) =>
        string.Join(',', lists.OrderBy(list => list.Key, StringComparer.Ordinal).Select(list => string.Create(CultureInfo.InvariantCulture, $"{list.Key}={list.Value}")));

    private static string SystemOf(RuleSet rules) =>
        string.Join(',', rules.Chains.SelectMany(chain => chain.Rules).SelectMany(rule => rule.Matches).Select(match => match.ReadWith).OfType<string>());
}
