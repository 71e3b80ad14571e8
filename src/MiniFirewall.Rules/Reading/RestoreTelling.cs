using MiniFirewall.Packets;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Listing;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Rules.Reading;

/// <summary>What iptables-restore prints with -v: comments, the chains that commands empty, take away or set to zero, and rules.</summary>
/// <param name="tell">Null where nobody asks.</param>
/// <param name="onlyComments">With -n it tells of nothing else.</param>
internal sealed class RestoreTelling(Action<string>? tell, Family family, bool onlyComments)
{
    internal bool IsAsked => tell is not null && !onlyComments;

    internal bool WantsComments => tell is not null;

    internal void Comment(string line)
    {
        if (line.StartsWith('#'))
        {
            tell?.Invoke(line);
        }
    }

    /// <summary>A table is emptied: chains as libiptc has them, built-in ones first, the others by name.</summary>
    internal void Cleared(IReadOnlyCollection<string> chains, IReadOnlyCollection<string> userChains)
    {
        Chains("Flushing", chains);
        Chains("Deleting", userChains);
    }

    internal void Rule(Rule rule)
    {
        if (IsAsked)
        {
            tell!(RuleColumns.Line(rule, family));
        }
    }

    /// <param name="chains">Those that the command is about: what it names, or all.</param>
    internal void Command(LineCommand command, IReadOnlyCollection<string> chains)
    {
        if (!IsAsked)
        {
            return;
        }

        foreach (PlacedRule placed in command.Rules)
        {
            Rule(placed.Rule);
        }

        Chains(
            command switch
            {
                { Kind: GlobalKind.Flush } => "Flushing",
                { Kind: GlobalKind.DeleteChain } => "Deleting",
                { Kind: GlobalKind.Zero, Number: null } => "Zeroing",
                _ => null,
            },
            chains);
    }

    private void Chains(string? verb, IReadOnlyCollection<string> chains)
    {
        foreach (string chain in verb is null ? [] : chains)
        {
            tell?.Invoke($"{verb} chain `{chain}'");
        }
    }
}
