using MiniFirewall.Cli.Output;
using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Listing;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Iptables;

/// <summary>What -L and -S show of the rules in force.</summary>
/// <param name="loaded">Null where no rules are in force: then the built-in chains are empty, and accept.</param>
internal sealed class RuleListing(RuleCommand command, Family family, LoadedRuleSet? loaded)
{
    private readonly FamilyView _view = new(loaded?.Rules ?? RuleSet.Empty, family);
    private readonly ListColumns _columns = ListColumns.Of(command.Options);

    /// <summary>The chains that are shown.</summary>
    internal IEnumerable<Chain> Chains => _view.Chains.Where(chain => command.Chain is null || chain.Name == command.Chain);

    /// <summary>No rule is shown.</summary>
    internal bool IsEmpty => !Chains.SelectMany(RulesOf).Any();

    /// <summary>The rules of a chain that are shown: all, or the one of the command's number.</summary>
    internal IEnumerable<ViewedRule> RulesOf(Chain chain) =>
        _view.RulesOf(chain).Where(rule => command.Number is null || rule.Number == command.Number);

    internal int ReferencesTo(Chain chain) => _view.ReferencesTo(chain);

    internal bool Has(string chain) => _view.Chains.Any(other => other.Name == chain);

    internal Counters CountersOf(Chain chain, int place) => loaded is null ? default : loaded.OfRule(chain, place, family);

    internal void Write(TextWriter output)
    {
        if (command.Kind == RuleCommandKind.List)
        {
            WriteColumns(output);
        }
        else
        {
            WriteCommands(output);
        }

        output.Flush();
    }

    private void WriteColumns(TextWriter output)
    {
        bool isFirst = true;
        foreach (Chain chain in Chains)
        {
            if (!isFirst)
            {
                output.WriteLine();
            }

            isFirst = false;
            if (command.Number is null)
            {
                string? policy = chain.IsBuiltIn ? chain.PolicyOf(family).Verdict.Word() : null;
                output.WriteLine(ChainHeading.Of(chain.Name, policy, policy is null ? default : CountersOf(chain, 0), policy is null ? _view.ReferencesTo(chain) : 0, _columns));
            }

            foreach (ViewedRule rule in RulesOf(chain))
            {
                output.WriteLine(RuleColumns.Row(rule.Rule, family, _columns, rule.Number, CountersOf(chain, rule.Place)));
            }
        }
    }

    private void WriteCommands(TextWriter output)
    {
        bool counts = command.Options.Verbosity > 0;
        foreach (Chain chain in command.Number is null ? Chains : [])
        {
            string counters = counts ? $" -c {CountersOf(chain, 0).Packets} {CountersOf(chain, 0).Bytes}" : "";
            output.WriteLine(chain.IsBuiltIn ? $"-P {chain.Name} {chain.PolicyOf(family).Verdict.Word()}{counters}" : $"-N {chain.Name}");
        }

        var writer = new RuleTextWriter { Families = family.ToSet() };
        foreach (Chain chain in Chains)
        {
            foreach (ViewedRule rule in RulesOf(chain))
            {
                writer.Clear();
                writer.Word("-A").Word(chain.Name);
                RulePrinter.Print(rule.Rule, writer, counts ? CountersOf(chain, rule.Place) : null);
                output.WriteLine(writer.Written);
            }
        }
    }
}
