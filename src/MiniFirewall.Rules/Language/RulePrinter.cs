using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Language;

/// <summary>Prints rules in iptables-save's canonical order and spelling.</summary>
public static class RulePrinter
{
    public static string Print(Rule rule) => throw new NotSupportedException(rule.Span.ToString());
}
