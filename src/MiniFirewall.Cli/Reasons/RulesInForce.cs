using MiniFirewall.Engine;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Reasons;

/// <summary>The rules of this network namespace.</summary>
internal static class RulesInForce
{
    /// <exception cref="FirewallException">There are none, or they may not be read.</exception>
    internal static RuleSet Read() => FirewallEngine.Open().Read()?.Rules ?? throw new FirewallException(
        FirewallFailure.Refused, "no rules are loaded in this network namespace; --rules FILE asks the rules of a file");
}
