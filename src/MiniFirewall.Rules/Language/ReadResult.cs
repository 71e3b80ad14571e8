using System.Collections.Immutable;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Language;

/// <summary>A rule set, or what is wrong with the text.</summary>
/// <param name="Rules">Null where there are diagnostics: a text is taken whole or not at all.</param>
/// <param name="Diagnostics">In the text's order.</param>
public sealed record ReadResult(RuleSet? Rules, ImmutableArray<Diagnostic> Diagnostics);
