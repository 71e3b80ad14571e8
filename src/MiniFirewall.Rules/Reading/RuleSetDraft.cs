using System.Collections.Immutable;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Rules.Diagnostics;
using MiniFirewall.Rules.Grammar;
using MiniFirewall.Rules.Model;
using MiniFirewall.Rules.Names;
using MiniFirewall.Rules.Sets;
using MiniFirewall.Rules.Targets;
using MiniFirewall.Rules.Text;
using MiniFirewall.Rules.Values;

namespace MiniFirewall.Rules.Reading;

/// <summary>A rule set while a text's commands build it, one after the other.</summary>
internal sealed class RuleSetDraft
{
    private const int LongestChainName = 28;
    private readonly ReadSession _session;
    private readonly DiagnosticBag _diagnostics;
    private readonly List<ChainDraft> _chains = [];
    private readonly Dictionary<string, ChainDraft> _byName = [];
    private readonly List<(Word Name, bool IsTarget)> _doubtful = [];

    /// <param name="start">The rule set that the commands change.</param>
    internal RuleSetDraft(ReadSession session, RuleSet start)
    {
        _session = session;
        _diagnostics = session.Diagnostics;
        foreach (Chain chain in start.Chains)
        {
            Add(new ChainDraft(chain));
        }
    }

    internal IReadOnlyList<ChainDraft> Chains => _chains;

    internal ImmutableArray<NamedSet> Sets => [.. _session.Sets.All];

    internal ImmutableArray<ConnectionSettingValue> ConnectionSettings => [.. _session.ConnectionSettings.Values];

    /// <summary>Of all chains and families.</summary>
    internal int RuleCount => _chains.Sum(chain => chain.Rules.Count(FamilySet.Both));

    internal ChainDraft? Find(string name) => _byName.GetValueOrDefault(name);

    internal IEnumerable<string> ChainNames => _byName.Keys;

    internal void Apply(LineCommand command)
    {
        switch (command.Kind)
        {
            case GlobalKind.Append: Append(command); break;
            case GlobalKind.Insert: Insert(command); break;
            case GlobalKind.Delete: Delete(command); break;
            case GlobalKind.Replace: Replace(command); break;
            case GlobalKind.NewChain: Declare(command.Chain!.Value, command.Families); break;
            case GlobalKind.DeleteChain: DeleteChains(command); break;
            case GlobalKind.Policy: SetPolicy(command); break;
            case GlobalKind.RenameChain: CheckRenaming(command); break;
            case GlobalKind.Flush: ForChains(command, chain => chain.Clear(command.Families)); break;
            default: ForChains(command, chain => Zero(chain, command.Families)); break;
        }
    }

    /// <summary>Appends one rule to a chain.</summary>
    /// <param name="families">Those that the line is for.</param>
    internal void Append(Word chain, FamilySet families, PlacedRule rule) =>
        Apply(new LineCommand(GlobalKind.Append, chain, families) { Chain = chain, Rules = [rule] });

    /// <summary>Makes a user chain, or makes one of the other family be of these too.</summary>
    internal void Declare(Word name, FamilySet families)
    {
        if (!IsChainName(name, _diagnostics))
        {
            return;
        }

        if (Find(name.Text) is not { } chain)
        {
            Add(new ChainDraft(new Chain(name.Text, null, families, []) { Span = _session.Source.SpanOf(name.Start, name.End) }));
        }
        else if ((chain.Families & families) == FamilySet.None)
        {
            chain.Families |= families;
        }
        else
        {
            bool isBoth = !chain.IsBuiltIn && chain.Families != families;
            _diagnostics.Report(
                ErrorCodes.ChainExists, name, $"chain {Show.Word(name.Text)} exists already",
                chain.IsBuiltIn ? "it need not be made"
                : isBoth ? "a line of iptables is for IPv4 and IPv6; write iptables -4 for IPv4 only"
                : "give the new one another name");
        }
    }

    /// <summary>Takes all rules of a family away, and those of its chains that are not to be kept.</summary>
    internal void Keep(FamilySet families, Func<ChainDraft, bool> isKept)
    {
        foreach (ChainDraft chain in _chains)
        {
            chain.Clear(families);
            chain.Families &= isKept(chain) ? FamilySet.Both : ~families;
            if (chain.Families == FamilySet.None)
            {
                _byName.Remove(chain.Name);
            }
        }

        _chains.RemoveAll(chain => chain.Families == FamilySet.None);
    }

    /// <summary>Sets a policy; <paramref name="policy"/> may be "-" for one that stays.</summary>
    internal void SetPolicy(Word name, Word policy, Counters? counters, FamilySet families)
    {
        if (Find(name.Text) is not { IsBuiltIn: true } chain)
        {
            ReportNotBuiltIn(name);
            return;
        }

        if (policy.Text == "-")
        {
            chain.SetCounters(families, counters);
            return;
        }

        if (policy.Text is not ("ACCEPT" or "DROP"))
        {
            _diagnostics.Report(
                ErrorCodes.BadPolicy, policy, $"{Show.Word(policy.Text)} is not a policy", Nearest.HintOr(policy.Text, ["ACCEPT", "DROP"], "write ACCEPT or DROP"));
            return;
        }

        chain.SetPolicy(families, new ChainPolicy(policy.Text == "ACCEPT" ? Verdict.Accept : Verdict.Drop, counters));
    }

    /// <summary>Keeps what a wrong line names, to look for it once all chains are known.</summary>
    internal void Doubt(Word? chain, Word? target)
    {
        if (chain is { } changed && !ForeignWords.Chains.Contains(changed.Text))
        {
            _doubtful.Add((changed, false));
        }

        if (target is { } word && TargetRegistry.Find(word.Text) is null && !ForeignWords.Targets.Contains(word.Text))
        {
            _doubtful.Add((word, true));
        }
    }

    /// <summary>Reports the chains that wrong lines name and that do not exist.</summary>
    internal void ReportDoubtful()
    {
        foreach ((Word name, bool isTarget) in _doubtful.Where(doubt => Find(doubt.Name.Text) is null))
        {
            ReportMissing(name, isTarget);
        }
    }

    internal void ReportMissing(Word name, bool isTarget, Convention? convention = null)
    {
        string text = name.Text;
        IEnumerable<string> known = isTarget ? ChainNames.Concat(TargetRegistry.Names) : ChainNames;
        string help = known.FirstOrDefault(other => text.StartsWith(other + "-", StringComparison.Ordinal)) is { } beginning
            ? $"if {beginning} is meant, a space is missing after it"
            : ForeignWords.Chains.Contains(text)
                ? "the chains of the filter table are INPUT, FORWARD and OUTPUT"
                : Nearest.HintOr(text, known, "make it with -N first");
        _diagnostics.Report(
            isTarget ? ErrorCodes.UnknownTarget : ErrorCodes.NoSuchChain, name,
            $"{(isTarget ? "target or chain" : "chain")} {Show.Word(text)} does not exist", help, convention);
    }

    private void Add(ChainDraft chain)
    {
        _chains.Add(chain);
        _byName.Add(chain.Name, chain);
    }

    private ChainDraft? ChainOf(LineCommand command)
    {
        Word name = command.Chain!.Value;
        ChainDraft? chain = Find(name.Text);
        if (chain is null)
        {
            // iptables says of a rule to delete that it is not there, whatever the reason.
            bool seeksRule = command is { Kind: GlobalKind.Delete, Number: null };
            ReportMissing(name, isTarget: false, seeksRule ? Convention.Of(ErrorCodes.NoSuchRule, name.Text) : null);
        }
        else if ((chain.Families & command.Families) == FamilySet.None)
        {
            _diagnostics.Report(
                ErrorCodes.FamilyConflict, name, $"chain {Show.Word(name.Text)} is for {FamilyNarrowing.Print(chain.Families)} only", "make it for the other family too with -N",
                Convention.Refusal("No chain/target/match by that name."));
            return null;
        }

        return chain;
    }

    /// <summary>The command's rules, for the families that their chain has.</summary>
    private IEnumerable<PlacedRule> RulesFor(LineCommand command)
    {
        FamilySet families = Find(command.Chain!.Value.Text)!.Families;
        foreach (PlacedRule placed in command.Rules)
        {
            FamilySet both = placed.Rule.Families & families;
            if (both == FamilySet.None)
            {
                _diagnostics.Report(
                    ErrorCodes.FamilyConflict, command.Chain.Value,
                    $"chain {Show.Word(command.Chain.Value.Text)} is for {FamilyNarrowing.Print(families)} and the rule for {FamilyNarrowing.Print(placed.Rule.Families)}",
                    "make the chain for the other family too with -N");
                yield break;
            }

            yield return placed with { Rule = placed.Rule.For(both) };
        }
    }

    private bool TryReadNumber(Word? word, out ulong number)
    {
        number = 1;
        if (word is not { } written || (NumberText.TryParse(written.Text, out number) && number is > 0 and <= int.MaxValue))
        {
            return true;
        }

        _diagnostics.Report(ErrorCodes.BadRuleNumber, written, $"{Show.Word(written.Text)} is not a rule's number", "rules count from 1");
        return false;
    }

    private void Append(LineCommand command)
    {
        if (ChainOf(command) is { } chain)
        {
            foreach (PlacedRule placed in RulesFor(command))
            {
                chain.Rules.Add(placed);
            }
        }
    }

    private void Insert(LineCommand command)
    {
        if (!TryReadNumber(command.Number, out ulong number) || ChainOf(command) is not { } chain)
        {
            return;
        }

        RuleList.Place? place = chain.Rules.Find(command.Families, number);
        if (place is null && number != (ulong)chain.Rules.Count(command.Families) + 1)
        {
            ReportNumber(command, chain);
            return;
        }

        // Each rule of a list goes to the same place, so the list ends up reversed, as iptables leaves it.
        chain.Insert(place, [.. RulesFor(command).Reverse().Select(Fresh)]);
    }

    private void Delete(LineCommand command)
    {
        if (!TryReadNumber(command.Number, out ulong number) || ChainOf(command) is not { } chain)
        {
            return;
        }

        if (command.Number is null)
        {
            DeleteRules(command, chain);
            return;
        }

        if (chain.Rules.Find(command.Families, number) is not { } place)
        {
            ReportNumber(command, chain);
            return;
        }

        chain.Remove(place, command.Families);
    }

    private void Replace(LineCommand command)
    {
        if (!TryReadNumber(command.Number, out ulong number) || ChainOf(command) is not { } chain)
        {
            return;
        }

        if (command.Number is null || command.Rules.Count != 1 || chain.Rules.Find(command.Families, number) is not { } place)
        {
            ReportReplacement(command, chain);
            return;
        }

        List<PlacedRule> rules = [.. RulesFor(command)];
        if (rules.Count == 1)
        {
            chain.Insert(place, [Fresh(rules[0])]);
            chain.Remove(chain.Rules.Find(command.Families, number + 1)!.Value, command.Families);
        }
    }

    /// <summary>A rule put among those in force counts from zero, and leaves an equal one that is there its own counters.</summary>
    private PlacedRule Fresh(PlacedRule placed) => _session.IsCommandLine && placed.Rule.Counters is null
        ? placed with { Rule = placed.Rule with { Counters = default(Counters) } }
        : placed;

    private void ReportReplacement(LineCommand command, ChainDraft chain)
    {
        if (command.Number is not null && command.Rules.Count == 1)
        {
            ReportNumber(command, chain);
        }
        else
        {
            _diagnostics.Report(
                ErrorCodes.BadRuleNumber, command.Place, $"{Show.Word(command.Place.Text)} replaces one rule by another", "write the chain, the rule's number and the new rule",
                Convention.Usage("Replacement rule does not specify a unique address"));
        }
    }

    private void DeleteRules(LineCommand command, ChainDraft chain)
    {
        foreach (PlacedRule placed in RulesFor(command))
        {
            if (chain.Rules.FindEqual(placed.Rule) is not { } place)
            {
                _diagnostics.Report(
                    ErrorCodes.NoSuchRule, command.Place, $"chain {Show.Word(chain.Name)} has no such rule", "the whole rule must be the same",
                    NoSuchRule(placed.Rule.Target));
                return;
            }

            chain.Remove(place, placed.Rule.Families);
        }
    }

    /// <summary>What iptables says of a rule that is not there; null for the common text. Of one with a target of its own libraries it looks for that in vain.</summary>
    internal static Convention? NoSuchRule(Target target) =>
        target is JumpTarget or VerdictTarget or ReturnTarget or NoTarget ? null : Convention.Of(ErrorCodes.NoSuchChain, target.Name);

    internal void ReportNumber(LineCommand command, ChainDraft chain) => _diagnostics.Report(
        ErrorCodes.BadRuleNumber, command.Number ?? command.Place,
        $"chain {Show.Word(chain.Name)} has {chain.Rules.Count(command.Families)} rules so far", "a number beyond them means no rule", TooBig(command.Kind));

    /// <summary>What iptables says of a number beyond a chain's rules.</summary>
    internal static Convention TooBig(GlobalKind kind) => Convention.Refusal(kind switch
    {
        GlobalKind.Insert => "Index of insertion too big.",
        GlobalKind.Delete => "Index of deletion too big.",
        GlobalKind.Replace => "Index of replacement too big.",
        _ => "Index of counter too big.",
    });

    private void DeleteChains(LineCommand command)
    {
        IEnumerable<ChainDraft> chains = _chains.Where(chain => !chain.IsBuiltIn);
        if (command.Chain is { } name)
        {
            if (ChainOf(command) is not { } chain)
            {
                return;
            }

            if (chain.IsBuiltIn)
            {
                _diagnostics.Report(ErrorCodes.BuiltInChain, name, $"{Show.Word(name.Text)} is a built-in chain", "-F empties it");
                return;
            }

            chains = [chain];
        }

        Dictionary<string, string> users = Users(command.Families);
        foreach (ChainDraft chain in chains)
        {
            DeleteChain(chain, command, users.GetValueOrDefault(chain.Name));
        }

        _chains.RemoveAll(chain => chain.Families == FamilySet.None);
    }

    /// <summary>The first chain with a rule that goes to a chain, by that chain's name.</summary>
    private Dictionary<string, string> Users(FamilySet families)
    {
        Dictionary<string, string> users = [];
        foreach (ChainDraft chain in _chains)
        {
            foreach (PlacedRule placed in chain.Rules)
            {
                if (placed.Rule.Target is JumpTarget jump && (placed.Rule.Families & families) != FamilySet.None)
                {
                    users.TryAdd(jump.Chain, chain.Name);
                }
            }
        }

        return users;
    }

    /// <param name="user">A chain with a rule that goes to it, or null.</param>
    private void DeleteChain(ChainDraft chain, LineCommand command, string? user)
    {
        if (user is not null)
        {
            _diagnostics.Report(
                ErrorCodes.ChainInUse, command.Chain ?? command.Place, $"chain {Show.Word(user)} has a rule that goes to {Show.Word(chain.Name)}",
                "take that rule away first");
            return;
        }

        if (chain.Rules.Count(command.Families) > 0)
        {
            _diagnostics.Report(
                ErrorCodes.ChainNotEmpty, command.Chain ?? command.Place, $"chain {Show.Word(chain.Name)} has rules", "empty it with -F first");
            return;
        }

        chain.Families &= ~command.Families;
        if (chain.Families == FamilySet.None)
        {
            _byName.Remove(chain.Name);
        }
    }

    /// <summary>The new name is looked at first, as iptables does (libiptc.c, TC_RENAME_CHAIN).</summary>
    private void CheckRenaming(LineCommand command)
    {
        Word name = command.Chain!.Value, other = command.Second!.Value;
        if (other.Text is "ACCEPT" or "DROP" or "QUEUE" or "RETURN" || (Find(other.Text) is { } there && (there.Families & command.Families) != FamilySet.None))
        {
            _diagnostics.Report(
                ErrorCodes.ChainExists, other, $"{Show.Word(other.Text)} exists already", "give the chain another name", Convention.Refusal("File exists."));
        }
        else if (Find(name.Text) is { IsBuiltIn: true })
        {
            _diagnostics.Report(
                ErrorCodes.BuiltInChain, name, $"{Show.Word(name.Text)} is a built-in chain", "only chains of your own can be renamed",
                Convention.Refusal("No chain/target/match by that name."));
        }
        else if (ChainOf(command) is not null)
        {
            IsChainName(other, _diagnostics);
        }
    }

    private void SetPolicy(LineCommand command)
    {
        if (command.Second is { } policy && policy.Text != "-")
        {
            SetPolicy(command.Chain!.Value, policy, command.Counters ?? (_session.IsCommandLine ? default(Counters) : null), command.Families);
        }
        else
        {
            _diagnostics.Report(
                ErrorCodes.BadPolicy, command.Place, $"{Show.Word(command.Place.Text)} needs a chain and a policy", "such as -P INPUT DROP");
        }
    }

    private void ForChains(LineCommand command, Action<ChainDraft> change)
    {
        if (command.Chain is null)
        {
            _chains.ForEach(change);
        }
        else if (ChainOf(command) is { } chain)
        {
            change(chain);
        }
    }

    private void Zero(ChainDraft chain, FamilySet families)
    {
        if (_session.IsRestore)
        {
            chain.Zero(families);
            return;
        }

        chain.SetCounters(families, null);
        List<PlacedRule> rules = [.. chain.Rules];
        if (!rules.Exists(placed => placed.Rule.Counters is not null))
        {
            return;
        }

        chain.Rules.Clear();
        rules.ForEach(placed => chain.Rules.Add(placed with { Rule = placed.Rule with { Counters = null } }));
    }

    private void ReportNotBuiltIn(Word name)
    {
        if (Find(name.Text) is null)
        {
            ReportMissing(name, isTarget: false, Convention.Refusal("Bad built-in chain name."));
            return;
        }

        _diagnostics.Report(
            ErrorCodes.BadPolicy, name, $"chain {Show.Word(name.Text)} has no policy", "only INPUT, FORWARD and OUTPUT have one",
            Convention.Refusal("Bad built-in chain name."));
    }

    /// <summary>Whether a chain may have this name; where not, it is reported.</summary>
    internal static bool IsChainName(Word name, DiagnosticBag diagnostics)
    {
        if (!IsShortEnough(name, diagnostics))
        {
            return false;
        }

        string text = name.Text;
        const string Clash = "chain name may not clash with target name";
        (string message, string help, string convention) = text switch
        {
            "" => ("the chain's name is empty", "write a name", Clash),
            ['-' or '!' or '#', ..] => ($"chain name {Show.Word(text)} begins with {text[0]}", "begin it with a letter",
                $"chain name not allowed to start with `{text[0]}'"),
            _ when TargetRegistry.Find(text) is not null || ForeignWords.Targets.Contains(text) =>
                ($"chain name {Show.Word(text)} is the name of a target", "give the chain another name", Clash),
            _ when text.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'' or '\\') =>
                ($"chain name {Show.Word(text)} has a blank, a quote or a backslash", "write letters, digits, '-' and '_'",
                    $"Invalid chain name `{text}'"),
            _ => ("", "", ""),
        };
        if (message.Length > 0)
        {
            diagnostics.Report(ErrorCodes.BadChainName, name, message, help, Convention.Usage(convention));
        }

        return message.Length == 0;
    }

    /// <summary>Whether a chain's name is no longer than any chain's can be; where it is, that is reported.</summary>
    internal static bool IsShortEnough(Word name, DiagnosticBag diagnostics)
    {
        bool isShort = System.Text.Encoding.UTF8.GetByteCount(name.Text) <= LongestChainName;
        if (!isShort)
        {
            diagnostics.Report(
                ErrorCodes.BadChainName, name, $"chain name {Show.Word(name.Text)} is longer than {LongestChainName} bytes", "shorten it",
                Convention.Usage($"chain name `{name.Text}' too long (must be under {LongestChainName + 1} chars)"));
        }

        return isShort;
    }
}
