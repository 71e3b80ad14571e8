using System.Collections.Immutable;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Verbs;

/// <summary>Makes the rules of an intent.</summary>
internal static class UnitBuilder
{
    /// <summary>ufw's own: six new connections within thirty seconds, and programs that read logs know its prefixes.</summary>
    internal const string LimitOptions = "--update --seconds 30 --hitcount 6", LogLimit = "-m limit --limit 3/min --limit-burst 10";

    /// <exception cref="VerbException">The rule language does not take it: an address of both families, a name without an address.</exception>
    internal static ImmutableArray<RuleUnit> Build(Intent intent, ReadOptions options) =>
        [.. intent.Items.Select(item => Build(intent, Selector.Of(intent, item), options))];

    internal static string LogPrefix(VerbAction action) => action switch
    {
        VerbAction.Allow => "[UFW ALLOW] ",
        VerbAction.Limit => "[UFW LIMIT] ",
        _ => "[UFW BLOCK] ",
    };

    private static RuleUnit Build(Intent intent, Selector asked, ReadOptions options)
    {
        string chain = intent.Direction.Chain(), words = string.Join(' ', asked.Words());
        Rule verdict = One(RuleText.Read(chain, [$"{words} -j {Target(intent.Action, asked)}"], options), intent);
        List<string> before = [];
        if (intent.Log != EntryLog.None)
        {
            string state = intent.Log == EntryLog.New ? " -m conntrack --ctstate NEW" : "";
            before.Add($"{words}{state} {LogLimit} -j LOG --log-prefix \"{LogPrefix(intent.Action)}\"");
        }

        if (intent.Action == VerbAction.Limit)
        {
            string name = $"limit-{RuleText.Hash(chain, [verdict])}", state = $"{words} -m conntrack --ctstate NEW -m recent";
            before.Add($"{state} --set --name {name}");
            before.Add($"{state} {LimitOptions} --name {name} -j REJECT");
        }

        ImmutableArray<Rule> rules =
        [
            .. before.Count == 0 ? [] : RuleText.Read(chain, before, options),
            verdict.WithComment(intent.App is null ? null : AppTag.Of(intent.App, intent.AppIsSource)).WithComment(intent.Comment),
        ];
        Selector selector = Selector.Read(verdict with { Target = NoTarget.Instance }) ?? asked with { Families = verdict.Families };
        return new(intent.Action, intent.Log, selector, intent.Comment, intent.App, intent.AppIsSource, [.. rules.Select(rule => rule with { Span = Rules.Diagnostics.SourceSpan.None })]);
    }

    private static Rule One(ImmutableArray<Rule> rules, Intent intent) => rules is [var rule] ? rule
        : throw new VerbException($"'{intent.From ?? intent.To}' is more than one address; make an entry for each");

    private static string Target(VerbAction action, Selector selector) => action switch
    {
        VerbAction.Allow or VerbAction.Limit => "ACCEPT",
        VerbAction.Deny => "DROP",
        _ => selector.Protocol == "tcp" ? "REJECT --reject-with tcp-reset" : "REJECT",
    };
}
