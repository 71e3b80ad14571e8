using System.Collections.Immutable;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;

namespace MiniFirewall.Engine.Persistence;

/// <summary>One rule set of the history: what was on disk from then on.</summary>
/// <param name="Number">From 1 on; grows by one with each.</param>
/// <param name="When">When it was written.</param>
/// <param name="Restores">The number of the rule set that it brought back; null where it is a new one.</param>
/// <param name="Text">The rules as iptables-save text with both families, canonical; null where the firewall was taken away.</param>
/// <param name="Names">The addresses that its host names had, so that reading it asks nobody.</param>
public sealed record KeptRules(int Number, DateTimeOffset When, ChangeNote Note, int? Restores, string? Text, NameTable Names)
{
    /// <summary>The firewall was taken away: nothing is loaded.</summary>
    public bool IsOff => Text is null;

    /// <summary>The rule set's own number, or that of the one it brought back.</summary>
    public int Origin => Restores ?? Number;

    /// <summary>What messages call the text.</summary>
    public string Name => $"history {Number}";

    /// <summary>The rules; an empty rule set where the firewall was taken away.</summary>
    /// <exception cref="FirewallException">This version cannot read them.</exception>
    public RuleSet Read()
    {
        if (Text is null)
        {
            return RuleSet.Empty;
        }

        ReadResult result = RuleSetReader.Read(Name, Text, ReadOptions.Default with { LiveNames = true, Cgroups = SystemCgroups.Instance, TakesAnyEstimator = true });
        RuleSet rules = result.Rules ?? throw new FirewallException(FirewallFailure.Refused, string.Join('\n', result.Diagnostics));
        return LiveNames.WithAddresses(rules, Names.Resolve);
    }

    internal static KeptRules Of(int number, ChangeNote note, RuleSet? rules, int? restores) =>
        new(number, DateTimeOffset.UtcNow, note, restores, rules is null ? null : RuleSetPrinter.Print(rules), rules is null ? NameTable.Empty : NameTable.Of(rules));
}
