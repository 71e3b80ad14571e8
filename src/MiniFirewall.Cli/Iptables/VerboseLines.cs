using MiniFirewall.Engine;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Language;
using MiniFirewall.Rules.Listing;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Cli.Iptables;

/// <summary>What commands that change or look for rules print with -v. Made before the command is run: it may take away what it tells of.</summary>
internal sealed class VerboseLines
{
    private readonly List<string> _lines;

    private VerboseLines(List<string> lines) => _lines = lines;

    internal static VerboseLines Of(RuleCommand command, Family family)
    {
        if (command.Options.Verbosity == 0)
        {
            return new([]);
        }

        string? verb = command.Kind switch
        {
            RuleCommandKind.Flush => "Flushing",
            RuleCommandKind.DeleteChain => "Deleting",
            RuleCommandKind.Zero when command.Number is null => "Zeroing",
            RuleCommandKind.List or RuleCommandKind.ListRules when command.Zeroes => "Zeroing",
            _ => null,
        };
        IEnumerable<string> chains = verb is null ? [] : ChainsOf(command, family);
        return new([.. command.Rules.Select(rule => RuleColumns.Line(rule, family)), .. chains.Select(chain => $"{verb} chain `{chain}'")]);
    }

    internal void Write() => _lines.ForEach(Console.Out.WriteLine);

    private static IEnumerable<string> ChainsOf(RuleCommand command, Family family) => command.Chain is { } chain
        ? [chain]
        : new FamilyView(FirewallEngine.Open().Read()?.Rules ?? RuleSet.Empty, family).Chains
            .Where(each => command.Kind != RuleCommandKind.DeleteChain || !each.IsBuiltIn)
            .Select(each => each.Name);
}
